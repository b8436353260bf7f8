"""Plans of rollouts, and rollouts that begin."""

import json
from dataclasses import replace
from datetime import UTC, datetime

from fer_wire.message import iso_utc
from fer_wire.tuning import spelled

from fer_controller.desk.answers.table import ANSWERS, Context
from fer_controller.operations.plans import DEPLOY, PLAN, DeployAnswer, LeftOutAnswer, PlanAnswer, PlannedDeviceAnswer
from fer_controller.rollout.planning import deployment, forecast
from fer_controller.rollout.planning.plan import Plan, Planned
from fer_controller.rollout.planning.request import DeployRequest
from fer_controller.rollout.planning.warnings import Surroundings

EVER = ""
"""Before all times."""


@ANSWERS.carries_out(PLAN)
def plan(context: Context, asked: DeployRequest) -> PlanAnswer:
    """What would be done; raises RolloutError, RegistryError."""
    return described(_prepared(context, asked))


@ANSWERS.carries_out(DEPLOY)
def deploy(context: Context, asked: DeployRequest) -> DeployAnswer:
    """Begin it; raises what plan does, and RolloutError when it reaches no device."""
    planned = _prepared(context, asked)
    rollout = deployment.begin(context.stores.changing.rollouts, planned, context.actor, datetime.now(UTC))
    return DeployAnswer(plan=described(planned), rollout=rollout)


def described(planned: Plan) -> PlanAnswer:
    """A plan as operators see it."""
    return PlanAnswer(
        model=planned.change,
        task=planned.task,
        request=planned.request.model_dump(mode="json"),
        gates=planned.gates,
        doubts=planned.doubts,
        waves=planned.waves,
        bytes=planned.bytes_to_move,
        devices=tuple(map(_device, planned.devices)),
        left_out=tuple(LeftOutAnswer(device=each.device, reason=each.reason) for each in planned.left_out),
    )


def _prepared(context: Context, asked: DeployRequest) -> Plan:
    store, settings, now = context.stores.upgraded.rollouts, context.stores.place.rollout, datetime.now(UTC)
    asked.expect_to_begin(now)
    planned = deployment.prepare(store, context.stores.models, asked, _surroundings(context))
    return replace(planned, doubts=forecast.doubts(store, planned, settings, now))


def _surroundings(context: Context) -> Surroundings:
    known, open_to_all = context.stores.looking, context.stores.place.open_to_all
    now = iso_utc(datetime.now(UTC))
    with_tokens = {each.holder for each in known.tokens.enrolled() if not each.expired(now)}
    figures = known.telemetry.newest_figures(json.dumps(known.devices.names()), EVER)
    return Surroundings(
        enrolled=None if open_to_all else known.certificates.holders(now) | with_tokens,
        disk_free_mb={name: each.disk_free_mb for name, each in figures.items() if each.disk_free_mb is not None},
    )


def _device(planned: Planned) -> PlannedDeviceAnswer:
    models = [each.model for each in planned.artifacts]
    return PlannedDeviceAnswer(
        device=planned.device,
        wave=planned.wave,
        device_class=planned.device_class or None,
        online=planned.online,
        running=planned.running or None,
        model=models[0] if models else spelled(planned.settings or {}),
        alternatives=tuple(models[1:]),
        settings=planned.settings,
        why=planned.why,
        bytes=planned.bytes_to_move,
        supersedes=planned.supersedes or None,
        waits_for=planned.waits_for or None,
        warnings=planned.warnings,
    )
