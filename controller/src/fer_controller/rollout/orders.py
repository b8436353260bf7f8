"""What operators may order of a rollout: one list, from which the commands, the API and the page come."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from fer_controller.errors import RolloutError
from fer_controller.rollout import audit
from fer_controller.rollout.steps import endings, rollback
from fer_controller.rollout.steps.live_rollout import Course
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


@dataclass(frozen=True, slots=True)
class OrderKind:
    """Something that can be ordered of a rollout; its name is also the event in the rollout's table."""

    name: str
    help: str
    carry_out: Callable[[Course, str], str]
    """Does it in the actor's name and says what was done; raises RolloutError when there is nothing to do."""
    needs_wave_in: tuple[str, ...] = ()
    """Possible only while a wave is in one of these states; empty asks for none."""
    needs_device_in: tuple[str, ...] = ()
    """Possible only while a device is in one of these states; empty asks for none."""

    def is_possible(self, state: str, wave_states: Collection[str], device_states: Collection[str]) -> bool:
        """Whether a rollout in this state, with waves and devices in these, can take the order."""
        return (
            ROLLOUT.knows(state, self.name)
            and _meet(self.needs_wave_in, wave_states)
            and _meet(self.needs_device_in, device_states)
        )


def possible(state: str, wave_states: Collection[str], device_states: Collection[str]) -> tuple[str, ...]:
    """The names of the orders that a rollout can take now."""
    return tuple(kind.name for kind in ORDERS if kind.is_possible(state, wave_states, device_states))


def obey(course: Course, action: str, actor: str) -> str:
    """Do what was ordered and say what was done; raises RolloutError when the rollout cannot do it now."""
    rollout = course.rollout
    if not ROLLOUT.knows(rollout.state, action):
        states = ", ".join(ROLLOUT.starts_of(action)) or "no state"
        raise RolloutError(f"Rollout {rollout.id} is {rollout.state}; {action} is possible when it is {states}.")
    sentence = BY_NAME[action].carry_out(course, actor)
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
    if wave is None or wave.state not in OPEN_WAVE:
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
    rollback.begin(course, reason)
    return "Every device that it reached returns to what it ran before."


def release(course: Course, device: str, actor: str) -> None:
    """Let a device out of quarantine."""
    course.shared.count(Failures(device, 0))
    course.note(audit.RELEASED, f"{actor} let {device} out of quarantine.", device=device, actor=actor)


def _meet(needed: Collection[str], found: Collection[str]) -> bool:
    return not needed or any(state in needed for state in found)


OPEN_WAVE = (UPDATING, SOAKING)
RETRIED = (FAILED, QUARANTINED, UNREACHABLE)
ORDERS = (
    OrderKind(PAUSE, "Tell no further device and pass no wave until it is resumed.", _pause),
    OrderKind(RESUME, "Go on; a wave that soaked, soaks once more.", _resume),
    OrderKind(PROMOTE, "Pass the wave by your word, whatever its gates say.", _promote, needs_wave_in=OPEN_WAVE),
    OrderKind(ABORT, "Stop: updates under way are withdrawn, devices that committed stay as they are.", _abort),
    OrderKind(
        RETRY,
        "Try failed, quarantined and unreachable devices again, and let them out of quarantine.",
        _retry,
        needs_device_in=RETRIED,
    ),
    OrderKind(ROLL_BACK, "Bring every device that it reached back to what it ran before.", _roll_back),
)
BY_NAME = {kind.name: kind for kind in ORDERS}
