"""A wave that soaks is judged now and then; a broken gate turns the rollout back, too few samples pause it."""

import json

from fer_controller.rollout.evidence import gates
from fer_controller.rollout.evidence.gates import Verdict
from fer_controller.rollout.evidence.measurement import loaded, measure
from fer_controller.rollout.evidence.metrics import Minima
from fer_controller.rollout.steps import endings
from fer_controller.rollout.steps.live_rollout import Course
from fer_controller.rollout.transitions import COMMITTED
from fer_controller.store.rollout_records import WaveRow, Window


def advance(course: Course, wave: WaveRow) -> None:
    """Judge the wave when it is time to, and act on it."""
    shared = course.shared
    over = shared.at >= wave.soak_until
    if not over and shared.later(-shared.settings.judge_every_s) < wave.judged_at:
        return
    verdicts = _judge(course, wave)
    documents = json.dumps([verdict.document() for verdict in verdicts], ensure_ascii=False)
    wave = course.keep_wave(wave, judged_at=shared.at, verdicts=documents)
    found = gates.outcome(verdicts)
    if found == gates.FAILED:
        endings.stop(course, wave, _told_of(verdicts, gates.FAILED))
    elif over and found == gates.INCONCLUSIVE and shared.passed(wave.soak_until, course.request.soak_s):
        endings.pause(course, wave, f"Wave {wave.number} cannot be judged: {_told_of(verdicts, gates.INCONCLUSIVE)}")
    elif over and found == gates.PASSED:
        held = sum(verdict.outcome == gates.PASSED for verdict in verdicts)
        endings.passes(
            course, wave, f"Wave {wave.number} passed: {held} of {len(verdicts)} gates hold, none is broken."
        )


def _judge(course: Course, wave: WaveRow) -> tuple[Verdict, ...]:
    settings = course.shared.settings
    judged = [target for target in course.of_wave(wave.number) if target.state == COMMITTED]
    windows = [Window(target.device, wave.soaking_at, course.shared.at) for target in judged]
    before = {target.device: loaded(target.baseline) for target in judged}
    after = measure(course.shared.measurements, windows)
    minima = Minima(settings.min_samples, settings.min_events, settings.min_measured)
    return gates.judge(course.request.chosen_gates(), before, after, minima)


def _told_of(verdicts: tuple[Verdict, ...], outcome: str) -> str:
    return " ".join(verdict.sentence for verdict in verdicts if verdict.outcome == outcome)
