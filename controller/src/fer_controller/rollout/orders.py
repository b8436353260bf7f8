"""What operators may order of a rollout: one list, from which the commands, the API and the page come."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from fer_controller.errors import RolloutError
from fer_controller.rollout import audit
from fer_controller.rollout.steps import rollback, waves
from fer_controller.rollout.steps.live_rollout import LiveRollout
from fer_controller.rollout.transitions import (
    ABORT,
    CANCEL,
    FAILED,
    IN_FLIGHT,
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
from fer_controller.store.rollout_records import Failures


@dataclass(frozen=True, slots=True)
class OrderKind:
    """Something that can be ordered of a rollout; its name is also the event in the rollout's table."""

    name: str
    help: str
    carry_out: Callable[[LiveRollout, str], str]
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


def obey(rollout: LiveRollout, action: str, actor: str) -> str:
    """Do what was ordered and say what was done; raises RolloutError when the rollout cannot do it now."""
    row = rollout.row
    if not ROLLOUT.knows(row.state, action):
        states = ", ".join(ROLLOUT.starts_of(action)) or "no state"
        raise RolloutError(f"Rollout {row.id} is {row.state}; {action} is possible when it is {states}.")
    sentence = BY_NAME[action].carry_out(rollout, actor)
    rollout.note(audit.ORDERED, f"{actor} ordered {action}: {sentence}", actor=actor)
    return sentence


def _pause(rollout: LiveRollout, actor: str) -> str:
    rollout.move(rollout.row, PAUSE, f"{actor} paused it.")
    return "No further device is told, and no wave passes, until it is resumed."


def _resume(rollout: LiveRollout, _actor: str) -> str:
    rollout.move(rollout.row, RESUME)
    wave, tick = rollout.wave, rollout.tick
    if wave is not None and wave.state == UPDATING:
        wave = rollout.update(wave, deadline_at=tick.later(rollout.request.deadline_s))
        return f"Wave {wave.number} has until {wave.deadline_at}."
    if wave is not None and wave.state == SOAKING:
        wave = rollout.update(wave, soak_until=tick.later(rollout.request.soak_s))
        return f"Wave {wave.number} soaks until {wave.soak_until}."
    return "It goes on."


def _promote(rollout: LiveRollout, actor: str) -> str:
    wave = rollout.wave
    if wave is None or wave.state not in OPEN_WAVE:
        raise RolloutError(f"Rollout {rollout.row.id} has no wave that updates or soaks, so none can be promoted.")
    rollout.move(rollout.row, PROMOTE)
    waves.stop_waiting(rollout, wave, f"{actor} promoted the wave")
    sentence = f"Wave {wave.number} passed by the word of {actor}, whatever its gates say."
    waves.pass_wave(rollout, wave, sentence, actor)
    return sentence


def _abort(rollout: LiveRollout, actor: str) -> str:
    reason = f"{actor} aborted it."
    updating = rollout.in_states(*IN_FLIGHT, RETRYING, UNREACHABLE)
    for target in rollout.in_states(PENDING):
        rollout.move(target, SKIP, reason)
    for target in updating:
        rollout.move(target, CANCEL, reason)
        rollout.withdraw(target.device)
    for wave in list(rollout.waves.values()):
        if WAVE.knows(wave.state, STOP):
            rollout.move(wave, STOP, reason)
    rollout.move(rollout.row, ABORT, reason)
    return f"{len(updating)} updates are withdrawn; devices that committed stay as they are."


def _retry(rollout: LiveRollout, actor: str) -> str:
    found = [target for target in rollout.in_states(*RETRIED) if rollout.still_has(target.device)]
    if not found:
        raise RolloutError(f"Rollout {rollout.row.id} has no device that failed, is quarantined or unreachable.")
    for target in found:
        if target.state == QUARANTINED:
            _release(rollout, target.device, actor)
        rollout.move(target, RETRY, f"{actor} ordered another try", failures=0, retry_at=rollout.tick.at)
    rollout.move(rollout.row, RETRY)
    deadline_at = rollout.tick.later(rollout.request.deadline_s)
    for number in sorted({target.wave for target in found}):
        if WAVE.knows(rollout.waves[number].state, REOPEN):
            rollout.move(rollout.waves[number], REOPEN, deadline_at=deadline_at)
    return f"{len(found)} devices are tried again."


def _release(rollout: LiveRollout, device: str, actor: str) -> None:
    rollout.tick.set_failures(Failures(device, 0))
    rollout.note(audit.RELEASED, f"{actor} let {device} out of quarantine.", device=device, actor=actor)


def _roll_back(rollout: LiveRollout, actor: str) -> str:
    reason = f"{actor} ordered it back."
    rollout.move(rollout.row, ROLL_BACK, reason)
    rollback.begin(rollout, reason)
    return "Every device that it reached returns to what it ran before."


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
