"""The rollback: each device that was told to run the model gets a desired state of its own for what it ran before."""

from datetime import datetime, timedelta

from fer_wire import reported as wire
from fer_wire.message import iso_utc
from fer_wire.reported import Update

from fer_controller.rollout import audit
from fer_controller.rollout.desired import messages
from fer_controller.rollout.steps.live_rollout import LiveRollout
from fer_controller.rollout.transitions import (
    ALL_RETURNED,
    CANCELED,
    EXPOSED,
    FAILED,
    PENDING,
    QUARANTINED,
    RETURNED,
    ROLLED_BACK,
    ROLLING_BACK,
    SKIP,
    SOME_STRANDED,
    STOP,
    STRANDED,
    SUPERSEDE,
    TAKE_BACK,
    TIME_OUT,
    UNREACHABLE,
    WAITING,
    WAVE,
)
from fer_controller.store.rollout_records import TargetRow

MOST_TRIES = 5
REPORTS_WITHIN_S = 30.0
"""After a start of the controller, what devices reported in the meantime arrives within this time."""
UPDATE_ENDED = (wire.COMMITTED, wire.FAILED, wire.REJECTED, wire.ROLLED_BACK, wire.CANCELED, wire.SUPERSEDED)


def begin(rollout: LiveRollout, reason: str) -> None:
    """Tell the devices that may run the model to go back; the rollout's state is rolling_back already."""
    for wave in list(rollout.waves.values()):
        if wave.state == WAITING:
            rollout.move(wave, STOP, reason)
    for target in rollout.in_states(PENDING):
        rollout.move(target, SKIP, "the rollout stopped before its turn")
    for target in rollout.in_states(*EXPOSED):
        if not rollout.still_has(target.device):
            rollout.move(target, SUPERSEDE, "a later rollout has it")
        elif _never_left(rollout, target):
            rollout.move(target, RETURNED, "it runs what it ran before")
            rollout.withdraw(target.device)
        else:
            _take_back(rollout, target, tries=0)


def advance(rollout: LiveRollout) -> None:
    """Give up on devices at the deadline, and end when none is on its way back any more."""
    if _is_late(rollout):
        for target in rollout.in_states(ROLLING_BACK):
            rollout.decide(
                target, TIME_OUT, audit.TIMED_OUT,
                f"{target.device} did not return in {rollout.request.deadline_s:g} s; what it is told stays.",
                reason="it did not return before the deadline; it will when it reads its desired state",
            )  # fmt: skip
    if not rollout.in_states(ROLLING_BACK):
        _end(rollout)


def follow_report(rollout: LiveRollout, target: TargetRow) -> None:
    """Move a device that goes back to where its report says that it is."""
    update = _ended_update(rollout, target)
    if update is None:
        return
    if rollout.running_sha256(target.device) == target.previous_sha256:
        sentence = f"{target.device} runs {target.previous_model} again."
        rollout.decide(target, RETURNED, audit.RETURNED, sentence)
    elif target.state == ROLLING_BACK and target.failures + 1 < MOST_TRIES:
        _take_back(rollout, target, tries=target.failures + 1)
    elif target.state == ROLLING_BACK:
        _strand(rollout, target, update.reason or f"its way back ended {update.state}")


def _is_late(rollout: LiveRollout) -> bool:
    deadline_s = rollout.request.deadline_s
    deadline = datetime.fromisoformat(rollout.row.updated_at) + timedelta(seconds=deadline_s)
    return rollout.tick.is_past(iso_utc(deadline), min(deadline_s, REPORTS_WITHIN_S))


def _ended_update(rollout: LiveRollout, target: TargetRow) -> Update | None:
    """The device's update to the previous model, once it has ended."""
    said = rollout.report(target.device)
    update = said.update if said else None
    key = (rollout.row.id, target.attempt, target.previous_sha256)
    if update is None or (update.rollout, update.attempt, update.sha256) != key or update.state not in UPDATE_ENDED:
        return None
    return update


def _never_left(rollout: LiveRollout, target: TargetRow) -> bool:
    """Whether the device was never told, or fell back to the earlier model by itself."""
    if not target.attempt:
        return True
    fell_back = target.state in (CANCELED, FAILED, QUARANTINED)
    return fell_back and rollout.running_sha256(target.device) == target.previous_sha256 != ""


def _take_back(rollout: LiveRollout, target: TargetRow, *, tries: int) -> None:
    if not target.previous_sha256:
        rollout.withdraw(target.device)
        _strand(rollout, target, "it is not known what it ran before")
        return
    tick, attempt = rollout.tick, target.attempt + 1
    reason = f"back to {target.previous_model or target.previous_sha256[:12]}"
    told = rollout.decide(
        target, TAKE_BACK, audit.TAKEN_BACK,
        f"{target.device} is told, in attempt {attempt}, to go {reason}.",
        reason=reason, numbers={"attempt": attempt, "sha256": target.previous_sha256},
        attempt=attempt, failures=tries,
    )  # fmt: skip
    last, known = tick.desired.get(told.device), tick.by_sha256(told.previous_sha256)
    tick.set_desired(messages.to_previous_model(rollout.row, told, last, tick.now, known))


def _strand(rollout: LiveRollout, target: TargetRow, reason: str) -> None:
    sentence = f"{target.device} did not return: {reason}."
    rollout.decide(target, STRANDED, audit.STRANDED, sentence, reason=reason)


def _end(rollout: LiveRollout) -> None:
    for wave in list(rollout.waves.values()):
        if WAVE.knows(wave.state, TAKE_BACK) and wave.started_at:
            rollout.move(wave, TAKE_BACK, wave.reason)
    returned, away, stranded = (len(rollout.in_states(state)) for state in (ROLLED_BACK, UNREACHABLE, FAILED))
    found = [f"{returned} of {returned + away + stranded} devices run what they ran before"]
    found += [f"{away} will when they come back"] if away else []
    found += [f"{stranded} did not return"] if stranded else []
    rollout.decide(
        rollout.row, SOME_STRANDED if stranded else ALL_RETURNED, audit.ENDED,
        f"The rollout is {FAILED if stranded else ROLLED_BACK}: {'; '.join(found)}.",
        reason=rollout.row.reason, numbers={"returned": returned, "away": away, "stranded": stranded},
    )  # fmt: skip
