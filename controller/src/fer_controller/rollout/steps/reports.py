"""What the devices' reports make of them; only a report on the attempt that was asked for counts."""

from fer_wire import Reported
from fer_wire import reported as wire
from fer_wire.reported import Update

from fer_controller.rollout import audit
from fer_controller.rollout.desired.messages import artifacts_of, shas_of
from fer_controller.rollout.steps import rollback
from fer_controller.rollout.steps.live_rollout import Course
from fer_controller.rollout.transitions import (
    COMMIT,
    COMMITTED,
    GIVE_UP,
    IN_FLIGHT,
    PROGRESS,
    QUARANTINE,
    ROLLING_BACK,
    TRY_LATER,
    UNREACHABLE,
)
from fer_controller.store.rollout_records import Failures, TargetRow

LOST = (wire.CANCELED, wire.SUPERSEDED)
"""The device gave up what we still desire: somebody deleted or replaced the desired state at the broker."""
FAILED = (wire.FAILED, wire.REJECTED, wire.ROLLED_BACK)
LISTENING = (*IN_FLIGHT, UNREACHABLE, COMMITTED)
LONGEST_PAUSE_DOUBLINGS = 6


def take(course: Course) -> None:
    """Move every device to where its report says that it is."""
    back = course.rollout.state in rollback.GOING_BACK
    for target in list(course.targets.values()):
        if target.state == ROLLING_BACK or (back and target.state == UNREACHABLE):
            rollback.take_report(course, target)
        elif target.state in LISTENING and not back:
            _forward(course, target)


def _forward(course: Course, target: TargetRow) -> None:
    said = course.report(target.device)
    first = artifacts_of(target.artifacts)[0].sha256
    update = on_attempt(said, course.rollout.id, target.attempt, first)
    if said is None or update is None:
        return
    if update.state in FAILED:
        failed(course, target, update.reason or f"its update ended {update.state}")
    elif target.state == COMMITTED:
        return
    elif update.state == wire.COMMITTED:
        _committed(course, target, said)
    elif target.state == UNREACHABLE:
        return
    elif update.state in LOST:
        pause_s = course.shared.settings.retry_pause_s
        reason = f"its update was {update.state}: somebody changed its desired state at the broker"
        course.move(target, TRY_LATER, reason, retry_at=course.shared.later(pause_s))
        course.note(
            audit.TRIED_AGAIN, f"{target.device} is told again: {reason}.", wave=target.wave, device=target.device
        )
    elif update.state in PROGRESS and update.state != target.state:
        course.move(target, update.state)


def on_attempt(said: Reported | None, rollout: str, attempt: int, sha256: str) -> Update | None:
    """The device's update, when it is the one that was asked for."""
    update = said.update if said else None
    if update is None or (update.rollout, update.attempt, update.sha256) != (rollout, attempt, sha256):
        return None
    return update


def failed(course: Course, target: TargetRow, reason: str) -> None:
    """A try of a device failed: another one later, or none any more."""
    device, shared = target.device, course.shared
    before = shared.failures.get(device, Failures(device, 0))
    row, failures = before.failures + 1, target.failures + 1
    numbers = {"attempt": target.attempt, "failures": failures, "failures_in_a_row": row}
    if row >= shared.settings.quarantine_after:
        shared.count(Failures(device, row, before.quarantined_at or shared.at, reason))
        course.move(target, QUARANTINE, reason, failures=failures)
        sentence = f"{device} is in quarantine after {row} failures in a row; the last: {reason}."
        course.note(audit.QUARANTINED, sentence, wave=target.wave, device=device, numbers=numbers)
        course.withdraw(device)
        return
    shared.count(Failures(device, row, "", reason))
    if failures < course.request.attempts and target.state in IN_FLIGHT and not course.ended:
        pause_s = shared.settings.retry_pause_s * 2 ** min(failures - 1, LONGEST_PAUSE_DOUBLINGS)
        course.move(target, TRY_LATER, reason, failures=failures, retry_at=shared.later(pause_s))
        sentence = f"Attempt {target.attempt} of {device} failed and is repeated in {pause_s:g} s: {reason}."
        course.note(audit.TRIED_AGAIN, sentence, wave=target.wave, device=device, numbers=numbers)
        return
    course.move(target, GIVE_UP, reason, failures=failures)
    sentence = f"{device} failed {failures} of {course.request.attempts} times and is given up: {reason}."
    course.note(audit.FAILED, sentence, wave=target.wave, device=device, numbers=numbers)
    course.withdraw(device)


def _committed(course: Course, target: TargetRow, said: Reported) -> None:
    running = said.running
    if running is None or running.sha256 not in shas_of(target.artifacts):
        found = running.model or running.sha256[:12] if running else "nothing"
        failed(course, target, f"it says that it committed, yet it runs {found}")
        return
    late = target.state == UNREACHABLE
    course.move(target, COMMIT)
    if target.device in course.shared.failures:
        course.shared.count(Failures(target.device, 0))
    sentence = f"{target.device} committed {running.model}{', after its wave' if late else ''}."
    measured = dict(said.update.measured_ms) if said.update else {}
    course.note(audit.COMMITTED, sentence, wave=target.wave, device=target.device, numbers={"measured_ms": measured})
