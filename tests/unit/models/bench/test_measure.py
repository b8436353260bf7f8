"""A row is timed only when it computes what it should, and its memory is its process's own."""

from collections.abc import Sequence

import numpy as np
import pytest
from fer_models.bench.job import Array, Job, LoadedModel
from fer_models.bench.measure import PEAK, RESIDENT, check, measure_model, memory_mb
from fer_models.errors import BenchError

SEVENTHS = (0.1, 0.2, 0.3, 0.1, 0.1, 0.1, 0.1)


def job(expected: Sequence[float] = SEVENTHS, runs: int = 5) -> Job:
    return Job(
        model="light",
        runtime="ort-cpu",
        precision="fp32",
        file="",
        face_shape=(1, 48, 48),
        threads=1,
        runs=runs,
        warm_up=3,
        expected=tuple(expected),
        tolerance=1e-3,
    )


def probabilities() -> Array:
    return np.array([SEVENTHS], np.float32)


def test_the_first_run_the_warm_up_and_the_timed_runs_are_all_there_is() -> None:
    calls: list[int] = []

    def predict() -> Array:
        calls.append(1)
        return probabilities()

    measure_model(LoadedModel(predict, {}), job())
    assert len(calls) == 1 + 3 + 5


def test_figures_fit_together() -> None:
    found = measure_model(LoadedModel(probabilities, {"numpy": "2"}, provider="made up"), job())
    assert 0 <= found.p50_ms <= found.p95_ms
    assert found.fps > 0
    assert found.from_s < found.to_s
    assert 0 < found.memory_loaded_mb <= found.memory_peak_mb
    assert (found.provider, found.versions) == ("made up", {"numpy": "2"})


def test_a_difference_within_tolerance_is_told() -> None:
    assert check(probabilities() + np.float32(5e-4), job()) == pytest.approx(5e-4, abs=1e-6)


@pytest.mark.parametrize("wrong", [0.01, float("nan")])
def test_another_computation_is_not_timed(wrong: float) -> None:
    loaded = LoadedModel(lambda: probabilities() + np.float32(wrong), {})
    with pytest.raises(BenchError, match="so it is another computation and was not timed"):
        measure_model(loaded, job())


def test_where_nothing_is_expected_nothing_is_compared() -> None:
    assert check(probabilities(), job(expected=())) is None


def test_resident_memory_is_at_most_its_peak() -> None:
    assert 0 < memory_mb(RESIDENT) <= memory_mb(PEAK)
