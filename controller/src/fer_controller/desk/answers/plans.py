"""Plans of rollouts, and rollouts that begin."""

from datetime import UTC, datetime

from fer_controller.desk.answers.table import ANSWERS, Context
from fer_controller.operations.plans import DEPLOY, PLAN, DeployAnswer, LeftOutAnswer, PlanAnswer, PlannedDeviceAnswer
from fer_controller.rollout.planning import deployment
from fer_controller.rollout.planning.plan import Plan, Planned
from fer_controller.rollout.planning.request import DeployRequest


@ANSWERS.carries_out(PLAN)
def plan(context: Context, asked: DeployRequest) -> PlanAnswer:
    """What would be done; raises RolloutError, RegistryError."""
    return described(_prepared(context, asked))


@ANSWERS.carries_out(DEPLOY)
def deploy(context: Context, asked: DeployRequest) -> DeployAnswer:
    """Begin it; raises what plan does, and RolloutError when it reaches no device."""
    planned = _prepared(context, asked)
    rollout = deployment.begin(context.stores.rollouts, planned, context.actor, datetime.now(UTC))
    return DeployAnswer(plan=described(planned), rollout=rollout)


def described(planned: Plan) -> PlanAnswer:
    """A plan as operators see it."""
    return PlanAnswer(
        model=planned.model,
        task=planned.task,
        request=planned.request.model_dump(mode="json"),
        gates=planned.gates,
        waves=planned.waves,
        bytes=planned.bytes_to_move,
        devices=tuple(map(_device, planned.devices)),
        left_out=tuple(LeftOutAnswer(device=each.device, reason=each.reason) for each in planned.left_out),
    )


def _prepared(context: Context, asked: DeployRequest) -> Plan:
    return deployment.prepare(context.stores.rollouts, context.stores.models, asked)


def _device(planned: Planned) -> PlannedDeviceAnswer:
    first, *others = planned.artifacts
    return PlannedDeviceAnswer(
        device=planned.device,
        wave=planned.wave,
        device_class=planned.device_class or None,
        online=planned.online,
        running=planned.running or None,
        model=first.model,
        alternatives=tuple(each.model for each in others),
        why=planned.why,
        bytes=planned.bytes_to_move,
        supersedes=planned.supersedes or None,
        waits_for=planned.waits_for or None,
    )
