"""The rollback: each device that was told gets a desired state of its own for what it had before."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from fer_wire import reported as wire
from fer_wire.message import iso_utc
from fer_wire.reported import Update

from fer_controller.rollout import audit
from fer_controller.rollout.desired import messages
from fer_controller.rollout.desired.holdings import had, key_of_previous
from fer_controller.rollout.steps.decision import Decision
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
from fer_controller.store.rollouts.records import DesiredRow, TargetRow

MOST_TRIES = 5
UPDATE_ENDED = (wire.COMMITTED, wire.FAILED, wire.REJECTED, wire.ROLLED_BACK, wire.CANCELED, wire.SUPERSEDED)


def begin(rollout: LiveRollout, reason: str) -> Iterator[Decision]:
    """Tell the devices that may run the model to go back; the rollout's state is rolling_back already."""
    for wave in list(rollout.waves.values()):
        if wave.state == WAITING:
            yield Decision(wave, STOP, reason=reason)
    for target in rollout.in_states(PENDING):
        yield Decision(target, SKIP, reason="the rollout stopped before its turn")
    for target in rollout.in_states(*EXPOSED):
        yield _sent_back(rollout, target)


def advance(rollout: LiveRollout) -> Iterator[Decision]:
    """Give up on devices at the deadline, and end when none is on its way back any more."""
    if _is_late(rollout):
        for target in rollout.in_states(ROLLING_BACK):
            yield Decision(
                target, TIME_OUT, audit.TIMED_OUT,
                f"{target.device} did not return in {rollout.request.deadline_s:g} s; what it is told stays.",
                reason="it did not return before the deadline; it will when it reads its desired state",
            )  # fmt: skip
    if not rollout.in_states(ROLLING_BACK):
        yield from _end(rollout)


def follow_report(rollout: LiveRollout, target: TargetRow) -> Iterator[Decision]:
    """Move a device that goes back to where its report says that it is."""
    update = _ended_update(rollout, target)
    if update is None:
        return
    if rollout.holds(target.device, had(target)):
        what = f"runs {target.previous_model}" if target.previous_sha256 else "has the settings that it had before"
        sentence = f"{target.device} {what} again."
        yield Decision(target, RETURNED, audit.RETURNED, sentence)
    elif target.state == ROLLING_BACK and target.failures + 1 < MOST_TRIES:
        yield _taken_back(rollout, target, tries=target.failures + 1)
    elif target.state == ROLLING_BACK:
        yield _stranded(target, update.reason or f"its way back ended {update.state}")


def _sent_back(rollout: LiveRollout, target: TargetRow) -> Decision:
    if not rollout.still_has(target.device):
        return Decision(target, SUPERSEDE, reason="a later rollout has it")
    if _never_left(rollout, target):
        withdrawal = rollout.withdrawal(target.device)
        return Decision(target, RETURNED, reason="it runs what it ran before", desired=withdrawal)
    return _taken_back(rollout, target, tries=0)


def _is_late(rollout: LiveRollout) -> bool:
    deadline_s = rollout.request.deadline_s
    deadline = datetime.fromisoformat(rollout.row.updated_at) + timedelta(seconds=deadline_s)
    return rollout.tick.is_overdue(iso_utc(deadline), deadline_s)


def _ended_update(rollout: LiveRollout, target: TargetRow) -> Update | None:
    """The device's update to the previous model, once it has ended."""
    said = rollout.report(target.device)
    update = said.update if said else None
    key = (rollout.row.id, target.attempt, key_of_previous(target))
    if update is None or (update.rollout, update.attempt, update.sha256) != key or update.state not in UPDATE_ENDED:
        return None
    return update


def _never_left(rollout: LiveRollout, target: TargetRow) -> bool:
    """Whether the device was never told, or fell back to the earlier model by itself."""
    if not target.attempt:
        return True
    fell_back = target.state in (CANCELED, FAILED, QUARANTINED)
    return fell_back and rollout.holds(target.device, had(target))


def _taken_back(rollout: LiveRollout, target: TargetRow, *, tries: int) -> Decision:
    if had(target) is None:
        return _stranded(target, "it is not known what it ran before", rollout.withdrawal(target.device))
    tick, attempt = rollout.tick, target.attempt + 1
    reason = f"back to {target.previous_model or target.previous_sha256[:12] or 'the settings that it had before'}"
    last, known = rollout.last_desired(target.device), tick.by_sha256(target.previous_sha256)
    return Decision(
        target, TAKE_BACK, audit.TAKEN_BACK,
        f"{target.device} is told, in attempt {attempt}, to go {reason}.",
        {"attempt": attempt, "sha256": key_of_previous(target)},
        reason=reason, fields={"attempt": attempt, "failures": tries},
        desired=messages.to_previous(rollout.row, target, attempt, last, tick.now, known),
    )  # fmt: skip


def _stranded(target: TargetRow, reason: str, withdrawal: DesiredRow | None = None) -> Decision:
    sentence = f"{target.device} did not return: {reason}."
    return Decision(target, STRANDED, audit.STRANDED, sentence, reason=reason, desired=withdrawal)


def _end(rollout: LiveRollout) -> Iterator[Decision]:
    for wave in list(rollout.waves.values()):
        if WAVE.knows(wave.state, TAKE_BACK) and wave.started_at:
            yield Decision(wave, TAKE_BACK, reason=wave.reason)
    returned, away, stranded = (len(rollout.in_states(state)) for state in (ROLLED_BACK, UNREACHABLE, FAILED))
    found = [f"{returned} of {returned + away + stranded} devices run what they ran before"]
    found += [f"{away} will when they come back"] if away else []
    found += [f"{stranded} did not return"] if stranded else []
    yield Decision(
        rollout.row, SOME_STRANDED if stranded else ALL_RETURNED, audit.ENDED,
        f"The rollout is {FAILED if stranded else ROLLED_BACK}: {'; '.join(found)}.",
        {"returned": returned, "away": away, "stranded": stranded}, reason=rollout.row.reason,
    )  # fmt: skip
