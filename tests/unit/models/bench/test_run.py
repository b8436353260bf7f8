"""Rows are measured in rounds, and one that cannot run does not stop the others."""

from pathlib import Path

import pytest
from fakes_bench import FakeRunner, FakeSource
from fer_models.bench.jobs import JobMaker
from fer_models.bench.meters import Reading
from fer_models.bench.rows import select
from fer_models.bench.run import Outcome, run_rows
from fer_models.bench.settings import Settings
from made_models import write_network

ROWS = ["light/ort-cpu", "light/opencv"]


@pytest.fixture
def onnx(tmp_path: Path) -> Path:
    return write_network(tmp_path / "small.onnx")


def measured(onnx: Path, runner: FakeRunner, repeats: int = 2, steps: list[str] | None = None) -> Outcome:
    jobs = JobMaker({"light": FakeSource(onnx)}, onnx.parent, Settings(), runner.convert)
    return run_rows(select(ROWS), jobs, runner.run, repeats, (), (steps if steps is not None else []).append)


def test_every_round_measures_every_row_once(onnx: Path) -> None:
    runner = FakeRunner()
    measured(onnx, runner)
    assert runner.asked == ["light/ort-cpu/fp32", "light/opencv/fp32"] * 2


def test_the_spread_comes_from_the_rounds(onnx: Path) -> None:
    found = measured(onnx, FakeRunner(p50_ms={"light/ort-cpu/fp32": [1.0, 3.0]})).results[0].figures
    assert found is not None
    assert (found.p50_min_ms, found.p50_max_ms) == (1.0, 3.0)


def test_a_row_whose_files_cannot_be_made_keeps_the_reason(onnx: Path) -> None:
    found = {each.row.name: each for each in measured(onnx, FakeRunner()).results}
    assert found["light/ort-cpu/int8"].reason == "small@1.0.0 has no variant in int8"
    assert found["light/ort-cpu/int8"].figures is None


def test_a_process_that_fails_becomes_a_reason_and_is_not_started_again(onnx: Path) -> None:
    runner = FakeRunner(reasons={"light/opencv/fp32": "its process was ended by SIGSEGV"})
    found = {each.row.name: each for each in measured(onnx, runner, repeats=3).results}
    assert found["light/opencv/fp32"].reason == "its process was ended by SIGSEGV"
    assert found["light/ort-cpu/fp32"].figures is not None
    assert runner.asked.count("light/opencv/fp32") == 1


def test_a_step_is_told_for_the_files_and_for_each_process_of_a_row(onnx: Path) -> None:
    steps: list[str] = []
    measured(onnx, FakeRunner(), steps=steps)
    assert len(steps) == len(select(ROWS)) * 3
    assert steps[0] == "light/ort-cpu/fp32: files"
    assert steps[-1] == "light/opencv/fp32: 2 of 2"


def test_the_versions_are_those_of_the_libraries_that_ran(onnx: Path) -> None:
    assert measured(onnx, FakeRunner()).versions == {"onnxruntime": "1.32.0"}


class FourWatts:
    name = "made up"

    def read(self) -> Reading:
        return Reading(power_w=4.0)


def test_a_row_too_short_for_a_meter_has_no_power(onnx: Path) -> None:
    runner = FakeRunner()
    jobs = JobMaker({"light": FakeSource(onnx)}, onnx.parent, Settings(), runner.convert)
    (found,) = run_rows(select(["light/opencv"]), jobs, runner.run, 1, [FourWatts()]).results
    assert found.figures is not None
    assert found.figures.power_w is None
