"""Going back: every exposed device returns to what it ran before, by a desired state of its own."""

from datetime import datetime, timedelta

from fer_wire import reported as wire
from fer_wire.message import iso_utc

from fer_controller.rollout import audit
from fer_controller.rollout.desired import messages as desired
from fer_controller.rollout.steps.live_rollout import Course
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

GOING_BACK = (ROLLING_BACK, ROLLED_BACK, FAILED)
MOST_TRIES = 5
REPORTS_WITHIN_S = 30.0
"""After a start of the controller, what devices said meanwhile comes within this time."""
UPDATE_ENDED = (wire.COMMITTED, wire.FAILED, wire.REJECTED, wire.ROLLED_BACK, wire.CANCELED, wire.SUPERSEDED)


def begin(course: Course, reason: str) -> None:
    """Tell the exposed devices to go back, and the others nothing; the rollout is rolling back already."""
    for wave in list(course.waves.values()):
        if wave.state == WAITING:
            course.move_wave(wave, STOP, reason, ended_at=course.shared.at)
    for target in course.in_states(PENDING):
        course.move(target, SKIP, "the rollout stopped before its turn")
    for target in course.in_states(*EXPOSED):
        if not course.owns(target.device):
            course.move(target, SUPERSEDE, "a later rollout has it")
        elif _never_left(course, target):
            course.move(target, RETURNED, "it runs what it ran before")
            course.withdraw(target.device)
        else:
            _take_back(course, target, tries=0)


def advance(course: Course) -> None:
    """Watch the deadline, and end when no device is on its way back any more."""
    deadline_s = course.request.deadline_s
    begun = datetime.fromisoformat(course.rollout.updated_at)
    late = course.shared.passed(iso_utc(begun + timedelta(seconds=deadline_s)), min(deadline_s, REPORTS_WITHIN_S))
    for target in course.in_states(ROLLING_BACK):
        if late:
            course.move(
                target, TIME_OUT, "it did not return before the deadline; it will when it reads its desired state"
            )
            sentence = f"{target.device} did not return in {deadline_s:g} s; what it is told stays."
            course.note(audit.TIMED_OUT, sentence, wave=target.wave, device=target.device)
    if not course.in_states(ROLLING_BACK):
        _end(course)


def take_report(course: Course, target: TargetRow) -> None:
    """What a device on its way back says."""
    said = course.report(target.device)
    update = said.update if said else None
    key = (course.rollout.id, target.attempt, target.previous_sha256)
    if update is None or (update.rollout, update.attempt, update.sha256) != key or update.state not in UPDATE_ENDED:
        return
    if course.running_sha256(target.device) == target.previous_sha256:
        course.move(target, RETURNED)
        sentence = f"{target.device} runs {target.previous_model} again."
        course.note(audit.RETURNED, sentence, wave=target.wave, device=target.device)
    elif target.state == ROLLING_BACK and target.failures + 1 < MOST_TRIES:
        _take_back(course, target, tries=target.failures + 1)
    elif target.state == ROLLING_BACK:
        _strand(course, target, update.reason or f"its way back ended {update.state}")


def _never_left(course: Course, target: TargetRow) -> bool:
    """Whether the device was never told, or fell back to the earlier model by itself."""
    if not target.attempt:
        return True
    fell_back = target.state in (CANCELED, FAILED, QUARANTINED)
    return fell_back and course.running_sha256(target.device) == target.previous_sha256 != ""


def _take_back(course: Course, target: TargetRow, *, tries: int) -> None:
    if not target.previous_sha256:
        course.withdraw(target.device)
        _strand(course, target, "it is not known what it ran before")
        return
    reason = f"back to {target.previous_model or target.previous_sha256[:12]}"
    told = course.move(target, TAKE_BACK, reason, attempt=target.attempt + 1, failures=tries)
    shared = course.shared
    last = shared.desired.get(told.device)
    shared.desire(desired.backward(course.rollout, told, last, shared.now, shared))
    sentence = f"{told.device} is told, in attempt {told.attempt}, to go {reason}."
    numbers = {"attempt": told.attempt, "sha256": told.previous_sha256}
    course.note(audit.TAKEN_BACK, sentence, wave=told.wave, device=told.device, numbers=numbers)


def _strand(course: Course, target: TargetRow, reason: str) -> None:
    course.move(target, STRANDED, reason)
    sentence = f"{target.device} did not return: {reason}."
    course.note(audit.STRANDED, sentence, wave=target.wave, device=target.device)


def _end(course: Course) -> None:
    for wave in list(course.waves.values()):
        if WAVE.knows(wave.state, TAKE_BACK) and wave.started_at:
            course.move_wave(wave, TAKE_BACK, wave.reason, ended_at=course.shared.at)
    stranded, away = course.in_states(FAILED), course.in_states(UNREACHABLE)
    back = course.in_states(ROLLED_BACK)
    told = [f"{len(back)} of {len(back) + len(stranded) + len(away)} devices run what they ran before"]
    told += [f"{len(away)} will when they come back"] if away else []
    told += [f"{len(stranded)} did not return"] if stranded else []
    course.move_rollout(SOME_STRANDED if stranded else ALL_RETURNED, course.rollout.reason)
    numbers = {"returned": len(back), "away": len(away), "stranded": len(stranded)}
    course.note(audit.ENDED, f"The rollout is {course.rollout.state}: {'; '.join(told)}.", numbers=numbers)
