"""From a request to a planned rollout in the store; the runner takes over from there."""

import secrets
from dataclasses import replace
from datetime import datetime

from fer_wire.contracts import SETTINGS
from fer_wire.message import iso_utc

from fer_controller.errors import RolloutError
from fer_controller.registry.catalogue import Shelf
from fer_controller.registry.model import RegisteredModel
from fer_controller.rollout import audit
from fer_controller.rollout.desired.holdings import dumped
from fer_controller.rollout.devices.candidate import candidates
from fer_controller.rollout.planning.digest import digest
from fer_controller.rollout.planning.plan import NOTHING_KNOWN, Plan, plan
from fer_controller.rollout.planning.request import DeployRequest
from fer_controller.rollout.planning.warnings import Surroundings
from fer_controller.rollout.transitions import HELD, IN_FLIGHT, PENDING, PLANNED, RETRYING, ROLLING_BACK, WAITING
from fer_controller.store.audit.records import AuditRow
from fer_controller.store.rollouts.records import Changes, RolloutRow, TargetRow, WaveRow
from fer_controller.store.rollouts.store import RolloutStore

BUSY = (PENDING, *IN_FLIGHT, RETRYING, ROLLING_BACK)


def prepare(store: RolloutStore, models: Shelf, request: DeployRequest, around: Surroundings = NOTHING_KNOWN) -> Plan:
    """The plan for the fleet as it stands; raises RolloutError when the request leaves open which model is meant."""
    model = None if request.without_model else _chosen(models, request)
    busy = _busy(store, model.task if model else SETTINGS)
    fleet = candidates(store.devices.all(), store.devices.labels(), store.failures(), busy, store.devices.revoked())
    return plan(request, fleet, model, around)


def begin(store: RolloutStore, planned: Plan, actor: str, now: datetime) -> str:
    """Store the plan as a new rollout and return its id; raises RolloutError when it reaches no device."""
    if not planned.devices:
        reasons = "; ".join(f"{each.device}: {each.reason}" for each in planned.left_out[:3])
        raise RolloutError(
            f"The plan reaches no device. {f'Left out are {reasons}.' if reasons else 'The selector matches none.'}"
        )
    changes = Changes()
    row = _rollout(planned, actor, now)
    for number in range(1, len(planned.waves) + 1):
        changes.waves[row.id, number] = WaveRow(row.id, number, WAITING)
    for place, each in enumerate(planned.devices):
        target = TargetRow(row.id, each.device, each.wave, place, PENDING, dumped(each.artifacts), each.why)
        changes.targets[row.id, each.device] = target
    changes.rollouts[row.id] = replace(row, digest=digest(row, changes.targets.values()))
    changes.audit.append(_entry(planned, row, actor))
    store.write(changes)
    return row.id


def _busy(store: RolloutStore, task: str) -> dict[str, dict[str, str]]:
    """By device and task: the rollout of this task that it leaves, and those of others that have to end before."""
    leaves, held = store.busy(BUSY), store.busy(HELD)
    for device, rollouts in held.items():
        rollouts.pop(task, None)
        rollouts.update({each: rollout for each, rollout in leaves.get(device, {}).items() if each == task})
    return held


def _chosen(models: Shelf, request: DeployRequest) -> RegisteredModel:
    if request.model:
        return models.get(request.model, request.version)
    known = models.list()
    names = sorted({model.name for model in known})
    if len(names) != 1:
        found = f"has several models ({', '.join(names)}); name one with --model" if names else "has no model yet"
        raise RolloutError(f"The registry {found}{'.' if names else '; add one with `fer-controller models add`.'}")
    return models.get(names[0])


def _rollout(planned: Plan, actor: str, now: datetime) -> RolloutRow:
    at = iso_utc(now)
    return RolloutRow(
        f"r-{secrets.token_hex(4)}", at, actor, planned.change, planned.manifest_url,
        planned.request.model_dump_json(), PLANNED, updated_at=at, task=planned.task,
    )  # fmt: skip


def _entry(planned: Plan, row: RolloutRow, actor: str) -> AuditRow:
    numbers = {
        "waves": planned.waves, "bytes": planned.bytes_to_move, "gates": planned.gates,
        "left_out": len(planned.left_out),
    }  # fmt: skip
    sentence = (
        f"{actor} planned {planned.change} for {len(planned.devices)} devices in {len(planned.waves)} waves; "
        f"{len(planned.left_out)} are left out."
    )
    return audit.entry(row.created_at, row.id, audit.PLANNED, sentence, actor=actor, numbers=numbers)
