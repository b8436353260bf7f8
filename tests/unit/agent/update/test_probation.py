from pathlib import Path
from typing import List, Optional

import numpy as np
import pytest
from fer_agent.errors import ModelError
from fer_agent.inference.arrays import Batch
from fer_agent.inference.model import read_model
from fer_agent.pipeline.throughput import Pace
from fer_agent.update.probation import STRIKES, Probation, Watched, measured_before, verdict
from fer_wire.contracts import CELL_CHANNELS, CLASSIFIER, FINDER, STRIDES
from fer_wire.device.record import Before
from unit.agent.update.making import FakeServant, Release, Signer

BEFORE = {"door": Before(fps=30.0, p95_ms=10.0)}
FACES = np.zeros((2, 1, 48, 48), np.float32)


def pace(
    frames: int, offered: Optional[int] = None, p95_ms: float = 10.0, timed: int = 1000, running: bool = True
) -> Pace:
    return Pace("door", running, frames, offered or frames, p95_ms, timed)


def judged(now: Pace, elapsed_s: float = 10.0, start: Optional[Pace] = None) -> str:
    return verdict(BEFORE, (0.0, [start or pace(0, 0)]), (elapsed_s, [now]))


def test_a_model_that_keeps_up_is_well() -> None:
    assert judged(pace(300)) == ""


def test_half_the_frames_are_enough_and_fewer_are_not() -> None:
    assert judged(pace(150, 300)) == ""
    assert (
        judged(pace(149, 300))
        == "Camera door: 14.9 frames/s with the new model, 30.0 before; 0.5 of that is the least."
    )


def test_a_camera_that_gives_less_or_stands_still_is_no_fault_of_the_model() -> None:
    assert judged(pace(140, 140)) == ""
    assert judged(pace(0, 300, running=False)) == ""
    assert judged(pace(0, 300), start=pace(0, 0, running=False)) == ""


def test_a_short_time_says_nothing_of_the_rate() -> None:
    assert judged(pace(0, 100), elapsed_s=4.9) == ""


def test_a_latency_more_than_doubled_beyond_the_margin_is_a_fault() -> None:
    assert judged(pace(300, p95_ms=45.0)) == ""
    assert judged(pace(300, p95_ms=45.1)).startswith(
        "Camera door: p95 latency 45.1 ms with the new model, 10.0 ms before"
    )
    assert judged(pace(300, p95_ms=500.0, timed=49)) == ""


def test_a_camera_without_figures_from_before_is_not_judged() -> None:
    assert verdict({}, (0.0, [pace(0, 0)]), (10.0, [pace(0, 300)])) == ""


def test_one_bad_sample_is_forgiven_and_several_in_a_row_are_not() -> None:
    probation = Probation(BEFORE)
    late, well = pace(300, p95_ms=99.0), pace(300)
    found = [
        probation.observe(float(at_s), [sample]) for at_s, sample in enumerate([well, late, late, well, late, late])
    ]
    assert found == [""] * 6
    assert STRIKES == 3
    assert probation.observe(6.0, [late])


def test_a_model_that_becomes_slow_late_is_seen_within_the_window() -> None:
    probation, frames, offered = Probation(BEFORE), 0, 0
    seen_at_s: List[int] = []
    for second in range(120):
        frames, offered = frames + (30 if second < 90 else 3), offered + 30
        if probation.observe(float(second), [pace(frames, offered)]):
            seen_at_s.append(second)
    assert 90 < seen_at_s[0] < 105


def test_only_cameras_with_both_figures_can_be_compared() -> None:
    found = measured_before({"door": (30.0, 9.0), "yard": (None, 9.0), "hall": (0.0, None)})
    assert found == {"door": Before(fps=30.0, p95_ms=9.0)}


class Odd(FakeServant):
    def __init__(self, folder: Path, answer: Batch) -> None:
        model = read_model(folder, CLASSIFIER)
        super().__init__(model, model.variants[0])
        self._answer = answer

    def run(self, batch: Batch) -> List[Batch]:
        return [self._answer]


@pytest.mark.parametrize("answer", [np.full((2, 7), np.nan, np.float32), np.zeros((1, 7), np.float32)])
def test_a_model_that_answers_with_nonsense_is_seen(tmp_path: Path, answer: Batch) -> None:
    watched = Watched(Odd(Release(Signer(tmp_path), tmp_path).folder, answer))
    with pytest.raises(ModelError, match=r"tiny@2\.0\.0/fp32 answers with nonsense"):
        watched.run(FACES)
    assert watched.fault == ("The new model failed on a frame (ModelError: tiny@2.0.0/fp32 answers with nonsense.).")


class OddFinder(FakeServant):
    """Gives numbers that are none, or cells of another size than the picture's."""

    def __init__(self, release: Release, value: float, side: int) -> None:
        super().__init__(read_model(release.folder, FINDER), release.manifest.variants[0])
        self._value, self._side = value, side

    def run(self, batch: Batch) -> List[Batch]:
        sides = [self._side // stride for stride in STRIDES]
        return [np.full((len(batch), CELL_CHANNELS, side, side), self._value, np.float32) for side in sides]


@pytest.mark.parametrize(("value", "side"), [(np.inf, 64), (0.0, 32)])
def test_a_finder_that_answers_with_nonsense_is_seen(tmp_path: Path, value: float, side: int) -> None:
    watched = Watched(OddFinder(Release(Signer(tmp_path), tmp_path, task=FINDER), value, side))
    with pytest.raises(ModelError, match=r"tiny-finder@2\.0\.0/fp32 answers with nonsense"):
        watched.run(np.zeros((2, 1, 64, 64), np.float32))
    assert watched.fault


def test_a_model_that_answers_is_let_through(tmp_path: Path) -> None:
    answer = np.full((2, 7), 1 / 7, np.float32)
    watched = Watched(Odd(Release(Signer(tmp_path), tmp_path).folder, answer))
    (found,) = watched.run(FACES)
    assert found is answer
    assert watched.fault is None
