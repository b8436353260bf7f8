"""What operators order: pause, resume, promote, abort, retry, rollback."""

from collections.abc import Callable

from fer_controller.errors import RolloutError
from fer_controller.rollout import audit, endings, returning
from fer_controller.rollout.course import Course
from fer_controller.rollout.transitions import (
    ABORT,
    CANCEL,
    FAILED,
    IN_FLIGHT,
    PASSED,
    PAUSE,
    PENDING,
    PROMOTE,
    QUARANTINED,
    REOPEN,
    RESUME,
    RETRY,
    RETRYING,
    ROLL_BACK,
    ROLLOUT,
    SKIP,
    SOAKING,
    STOP,
    UNREACHABLE,
    UPDATING,
    WAVE,
)
from fer_controller.store.rollout_records import Failures, WaveRow

RETRIED = (FAILED, QUARANTINED, UNREACHABLE)


def obey(course: Course, action: str, actor: str) -> str:
    """Do what was ordered and say what was done; raises RolloutError when the rollout cannot do it now."""
    rollout = course.rollout
    if not ROLLOUT.knows(rollout.state, action):
        possible = ", ".join(ROLLOUT.starts_of(action)) or "no state"
        raise RolloutError(f"Rollout {rollout.id} is {rollout.state}; {action} is possible when it is {possible}.")
    sentence = DEEDS[action](course, actor)
    course.note(audit.ORDERED, f"{actor} ordered {action}: {sentence}", actor=actor)
    return sentence


def _pause(course: Course, actor: str) -> str:
    course.move_rollout(PAUSE, f"{actor} paused it.")
    return "No further device is told, and no wave passes, until it is resumed."


def _resume(course: Course, _actor: str) -> str:
    course.move_rollout(RESUME)
    wave, shared = course.wave, course.shared
    if wave is not None and wave.state == UPDATING:
        course.keep_wave(wave, deadline_at=shared.later(course.request.deadline_s))
        return f"Wave {wave.number} has until {shared.later(course.request.deadline_s)}."
    if wave is not None and wave.state == SOAKING:
        course.keep_wave(wave, soak_until=shared.later(course.request.soak_s))
        return f"Wave {wave.number} soaks until {shared.later(course.request.soak_s)}."
    return "It goes on."


def _promote(course: Course, actor: str) -> str:
    wave = course.wave
    if wave is None or wave.state not in (UPDATING, SOAKING):
        raise RolloutError(f"Rollout {course.rollout.id} has no wave that updates or soaks, so none can be promoted.")
    course.move_rollout(PROMOTE)
    endings.times_out(course, wave, f"{actor} promoted the wave")
    sentence = f"Wave {wave.number} passed by the word of {actor}, whatever its gates say."
    endings.passes(course, wave, sentence, actor)
    return sentence


def _abort(course: Course, actor: str) -> str:
    reason = f"{actor} aborted it."
    withdrawn = 0
    for target in course.in_states(PENDING):
        course.move(target, SKIP, reason)
    for target in course.in_states(*IN_FLIGHT, RETRYING, UNREACHABLE):
        course.move(target, CANCEL, reason)
        course.withdraw(target.device)
        withdrawn += 1
    for wave in list(course.waves.values()):
        if WAVE.knows(wave.state, STOP):
            course.move_wave(wave, STOP, reason, ended_at=course.shared.at)
    course.move_rollout(ABORT, reason)
    return f"{withdrawn} updates are withdrawn; devices that committed stay as they are."


def _retry(course: Course, actor: str) -> str:
    found = [target for target in course.in_states(*RETRIED) if course.owns(target.device)]
    if not found:
        raise RolloutError(f"Rollout {course.rollout.id} has no device that failed, is quarantined or unreachable.")
    for target in found:
        if target.state == QUARANTINED:
            release(course, target.device, actor)
        course.move(target, RETRY, f"{actor} ordered another try", failures=0, retry_at=course.shared.at)
    course.move_rollout(RETRY)
    deadline_at = course.shared.later(course.request.deadline_s)
    for number in sorted({target.wave for target in found}):
        _reopen(course, course.waves[number], deadline_at)
    return f"{len(found)} devices are tried again."


def _reopen(course: Course, wave: WaveRow, deadline_at: str) -> None:
    if wave.state in (UPDATING, SOAKING, PASSED):
        course.move_wave(wave, REOPEN, deadline_at=deadline_at, ended_at="")


def _roll_back(course: Course, actor: str) -> str:
    reason = f"{actor} ordered it back."
    course.move_rollout(ROLL_BACK, reason)
    returning.begin(course, reason)
    return "Every device that it reached returns to what it ran before."


def release(course: Course, device: str, actor: str) -> None:
    """Let a device out of quarantine."""
    course.shared.count(Failures(device, 0))
    course.note(audit.RELEASED, f"{actor} let {device} out of quarantine.", device=device, actor=actor)


DEEDS: dict[str, Callable[[Course, str], str]] = {
    PAUSE: _pause,
    RESUME: _resume,
    PROMOTE: _promote,
    ABORT: _abort,
    RETRY: _retry,
    ROLL_BACK: _roll_back,
}
