"""A row's job names the form of the network that its runtime reads, and what it must compute."""

from pathlib import Path

import numpy as np
import pytest
from fakes_bench import FakeRunner, FakeSource
from fer_models.bench.job import Job
from fer_models.bench.jobs import JobMaker
from fer_models.bench.rows import BenchRow
from fer_models.bench.settings import Settings
from fer_models.errors import BenchError
from fer_models.model_files.runtime import Classifier
from made_models import write_network


@pytest.fixture
def onnx(tmp_path: Path) -> Path:
    return write_network(tmp_path / "small.onnx")


@pytest.fixture
def runner() -> FakeRunner:
    return FakeRunner()


@pytest.fixture
def jobs(onnx: Path, runner: FakeRunner) -> JobMaker:
    return JobMaker({"light": FakeSource(onnx)}, onnx.parent, Settings(threads=2, runs=7, warm_up=3), runner.convert)


@pytest.mark.parametrize("runtime", ["ort-cpu", "ort-cuda", "ort-tensorrt", "opencv"])
def test_what_reads_onnx_gets_the_onnx_file(runtime: str, jobs: JobMaker, onnx: Path) -> None:
    assert jobs.job(BenchRow("light", runtime, "fp32")).file == str(onnx)


@pytest.mark.parametrize("runtime", ["keras-function", "keras-predict", "pytorch"])
def test_a_framework_gets_the_weights(runtime: str, jobs: JobMaker, onnx: Path) -> None:
    assert jobs.job(BenchRow("light", runtime, "fp32")).file == str(onnx.with_suffix(".npz"))


def test_tflite_gets_a_file_that_is_converted_once(jobs: JobMaker, runner: FakeRunner) -> None:
    files = [jobs.job(BenchRow("light", "tflite", "fp32")).file for _ in range(2)]
    assert runner.converted == [Path(files[0])]
    assert files[0] == files[1]


def test_a_job_expects_what_onnx_runtime_computes(jobs: JobMaker, onnx: Path) -> None:
    job = jobs.job(BenchRow("light", "opencv", "fp32"))
    assert job.expected == pytest.approx(Classifier(onnx).predict(job.face())[0].tolist())
    assert (job.threads, job.runs, job.warm_up, job.tolerance) == (2, 7, 3, 1e-3)


def test_the_paper_s_other_networks_have_nothing_to_agree_with(jobs: JobMaker) -> None:
    job = jobs.job(BenchRow("vgg16", "keras-function", "fp32"))
    assert (job.file, job.expected, job.face_shape) == ("", (), (3, 71, 71))


def test_a_precision_that_the_model_lacks_is_a_reason(jobs: JobMaker) -> None:
    with pytest.raises(BenchError, match="no variant in int8"):
        jobs.job(BenchRow("light", "ort-cpu", "int8"))


def test_a_job_survives_the_way_through_a_command_line(jobs: JobMaker) -> None:
    job = jobs.job(BenchRow("light", "opencv", "fp32"))
    assert Job.from_json(job.as_json()) == job


def test_every_row_of_a_shape_classifies_the_same_face(jobs: JobMaker) -> None:
    one, other = (jobs.job(BenchRow("light", runtime, "fp32")).face() for runtime in ("opencv", "ort-cpu"))
    assert np.array_equal(one, other)
    assert one.shape == (1, 1, 48, 48)
    assert one.min() >= 0
    assert one.max() <= 255
