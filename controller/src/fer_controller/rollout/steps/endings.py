"""How waves and rollouts come to an end, each with its entry in the audit log."""

import json
from collections import Counter

from fer_controller.rollout import audit
from fer_controller.rollout.steps import rollback
from fer_controller.rollout.steps.live_rollout import Course
from fer_controller.rollout.transitions import (
    COMPLETE,
    FAIL,
    PASS,
    PAUSE,
    SKIPPED,
    STOP,
    SUPERSEDE,
    SUPERSEDED,
    TIME_OUT,
    UNSETTLED,
    WAVE,
)
from fer_controller.store.rollout_records import WaveRow


def times_out(course: Course, wave: WaveRow, reason: str) -> None:
    """Devices that have not come to an end are waited for no longer; what they are told stays."""
    for target in course.of_wave(wave.number):
        if target.state in UNSETTLED:
            course.move(target, TIME_OUT, reason)
            sentence = f"{target.device} is not waited for any longer: {reason} (it was {target.state})."
            course.note(audit.TIMED_OUT, sentence, wave=wave.number, device=target.device)


def passes(course: Course, wave: WaveRow, sentence: str, actor: str = audit.RUNNER) -> None:
    """The wave is good; the next one begins with the next pass."""
    course.move_wave(wave, PASS, sentence, ended_at=course.shared.at)
    course.note(audit.WAVE_PASSED, sentence, wave=wave.number, actor=actor, numbers=_numbers(wave))


def stop(course: Course, wave: WaveRow, reason: str) -> None:
    """The wave is bad: the rollout turns back."""
    course.move_wave(wave, FAIL, reason, ended_at=course.shared.at)
    course.note(audit.WAVE_FAILED, f"Wave {wave.number} failed: {reason}", wave=wave.number, numbers=_numbers(wave))
    course.move_rollout(STOP, reason)
    rollback.begin(course, reason)


def pause(course: Course, wave: WaveRow, reason: str) -> None:
    """Nothing goes on until an operator has looked."""
    course.move_rollout(PAUSE, reason)
    sentence = f"{reason} The rollout pauses; `fer-controller rollouts promote` passes the wave, resume tries again."
    course.note(audit.PAUSED, sentence, wave=wave.number, numbers=_numbers(wave))


def complete(course: Course) -> None:
    """Every wave has passed."""
    counts = Counter(target.state for target in course.targets.values())
    course.move_rollout(COMPLETE)
    numbers = dict(counts)
    told = ", ".join(f"{number} {state}" for state, number in sorted(counts.items()))
    course.note(audit.ENDED, f"The rollout is completed: {told}.", numbers=numbers)


def supersede_if_empty(course: Course) -> bool:
    """Whether later rollouts took every device; then this one ends, for it has nothing to do any more."""
    states = {target.state for target in course.targets.values()}
    if SUPERSEDED not in states or states - {SUPERSEDED, SKIPPED}:
        return False
    supersede(course, "Later rollouts took all of its devices.")
    return True


def supersede(course: Course, reason: str) -> None:
    """The rollout ends because nothing is left of it."""
    for wave in list(course.waves.values()):
        if WAVE.knows(wave.state, STOP):
            course.move_wave(wave, STOP, reason, ended_at=course.shared.at)
    course.move_rollout(SUPERSEDE, reason)
    course.note(audit.ENDED, f"The rollout is superseded: {reason}")


def _numbers(wave: WaveRow) -> dict[str, object]:
    return {"gates": json.loads(wave.verdicts)}
