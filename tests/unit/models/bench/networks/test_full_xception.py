"""The full Xception has the published size, and its .onnx file computes what its weights say."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from fer_models.bench.networks import full_xception
from fer_models.bench.networks.full_xception import Array
from fer_models.bench.networks.full_xception_onnx import write_full
from fer_models.model_files.runtime import Classifier
from fer_wire.manifest import INPUT_NAME

# As count_params() of the Xception in keras.applications says it for seven classes.
PUBLISHED_PARAMETERS = 20_875_823


@pytest.fixture(scope="module")
def weights() -> dict[str, Array]:
    return full_xception.draw_weights()


@pytest.fixture(scope="module")
def file(weights: dict[str, Array], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("full") / "fp32.onnx"
    write_full(weights, path)
    return path


def faces(count: int) -> Array:
    return np.random.default_rng(0).integers(0, 256, (count, *full_xception.FACE_SHAPE)).astype(np.float32)


def test_it_has_as_many_parameters_as_keras_s(weights: dict[str, Array]) -> None:
    assert sum(array.size for array in weights.values()) == PUBLISHED_PARAMETERS


def test_the_same_seed_draws_the_same_weights(weights: dict[str, Array]) -> None:
    again = full_xception.draw_weights()
    assert all(np.array_equal(weights[name], again[name]) for name in weights)


def test_its_file_is_sound_and_takes_faces_of_71_pixels(file: Path) -> None:
    onnx.checker.check_model(str(file), full_check=True)
    (face,) = onnx.load(file).graph.input
    assert face.name == INPUT_NAME
    assert [d.dim_value for d in face.type.tensor_type.shape.dim][1:] == [3, 71, 71]


def test_no_class_is_so_sure_that_a_difference_would_be_hidden(file: Path) -> None:
    found = Classifier(file, threads=2).predict(faces(2))
    assert found.sum(axis=1) == pytest.approx([1, 1])
    assert found.min() > 0.005
    assert found.max() < 0.9


@pytest.mark.training
@pytest.mark.usefixtures("torch")
def test_pytorch_computes_the_same_with_the_same_weights(weights: dict[str, Array], file: Path, tmp_path: Path) -> None:
    from fer_models.bench.job import Job
    from fer_models.bench.runtimes.pytorch import load

    np.savez(tmp_path / "weights.npz", **weights)  # type: ignore[arg-type]  # the names are those of arrays
    job = Job(
        "xception",
        "pytorch",
        "fp32",
        str(tmp_path / "weights.npz"),
        full_xception.FACE_SHAPE,
        threads=1,
        runs=1,
        warm_up=0,
    )
    found = load(job, job.face()).predict()
    assert found == pytest.approx(Classifier(file).predict(job.face()), abs=1e-5)
