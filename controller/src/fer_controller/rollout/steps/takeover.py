"""Two rollouts over one device: the later one takes it, and both logs say so."""

from collections.abc import Iterable

from fer_controller.rollout import audit
from fer_controller.rollout.steps.live_rollout import LiveRollout
from fer_controller.rollout.transitions import (
    COMMITTED,
    EXPOSED,
    IN_FLIGHT,
    PENDING,
    PLANNED,
    RETRYING,
    ROLLING_BACK,
    SKIPPED,
    STOP,
    SUPERSEDE,
    SUPERSEDED,
    TAKE_UP,
    UNREACHABLE,
    WAVE,
)
from fer_controller.store.rollout_records import TargetRow

CAN_BE_TAKEN = (PENDING, *EXPOSED, ROLLING_BACK)


def take_up(rollout: LiveRollout, others: Iterable[LiveRollout]) -> None:
    """Begin a planned rollout; its devices are taken from the rollouts that had them."""
    begun = [other for other in others if not other.ended and other.row.state != PLANNED]
    taken = sum(_take_devices(rollout, other) for other in begun)
    devices, waves = len(rollout.targets), len(rollout.waves)
    sentence = f"The rollout of {rollout.row.model} to {devices} devices in {waves} waves begins."
    if taken:
        sentence += f" It takes {taken} devices from earlier rollouts."
    numbers = {"devices": devices, "waves": waves, "superseded": taken}
    rollout.decide(rollout.row, TAKE_UP, audit.STARTED, sentence, numbers=numbers)


def end_if_nothing_is_left(rollout: LiveRollout) -> bool:
    """End a rollout of which later ones took every device; whether they did."""
    states = {target.state for target in rollout.targets.values()}
    if SUPERSEDED not in states or states - {SUPERSEDED, SKIPPED}:
        return False
    reason = "Later rollouts took all of its devices."
    for wave in list(rollout.waves.values()):
        if WAVE.knows(wave.state, STOP):
            rollout.move(wave, STOP, reason)
    rollout.decide(rollout.row, SUPERSEDE, audit.ENDED, f"The rollout is superseded: {reason}", reason=reason)
    return True


def _take_devices(rollout: LiveRollout, other: LiveRollout) -> int:
    shared = [other.targets[device] for device in rollout.targets if device in other.targets]
    taken = [target for target in shared if target.state in CAN_BE_TAKEN]
    for target in taken:
        _inherit_previous(rollout, target)
        other.decide(
            target, SUPERSEDE, audit.SUPERSEDED,
            f"{target.device}, which was {target.state}, is taken by the later rollout {rollout.row.id}.",
            reason=f"rollout {rollout.row.id} took it",
        )  # fmt: skip
        if target.state in (*IN_FLIGHT, RETRYING, UNREACHABLE):
            other.withdraw(target.device)
    return len(taken)


def _inherit_previous(rollout: LiveRollout, theirs: TargetRow) -> None:
    """A device that had not committed the earlier rollout's model would go back to the one before both."""
    if theirs.previous_sha256 and theirs.state not in (PENDING, COMMITTED):
        ours = rollout.targets[theirs.device]
        rollout.update(ours, previous_model=theirs.previous_model, previous_sha256=theirs.previous_sha256)
