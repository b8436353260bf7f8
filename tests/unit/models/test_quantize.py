"""An int8 file is symmetric throughout, small in its error, and the same at every making."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from fer_models.golden import golden_faces
from fer_models.graph import count
from fer_models.quantize import to_int8
from fer_models.runtime import Classifier
from fer_models.verify import verify_file
from made_models import FILTERS, made_faces, write_network
from onnx import numpy_helper

INT8_STEPS = 0.02


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    original, quantized = write_network(tmp_path / "fp32.onnx"), tmp_path / "int8.onnx"
    to_int8(original, quantized, _calibration())
    return original, quantized


def test_a_quantized_file_keeps_the_contract(files: tuple[Path, Path]) -> None:
    verify_file(files[1], "int8")


def test_all_zero_points_are_signed_zeros_and_weights_have_a_scale_per_channel(files: tuple[Path, Path]) -> None:
    model = onnx.load(files[1])
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    pairs = [n for n in model.graph.node if n.op_type in ("QuantizeLinear", "DequantizeLinear")]
    assert {stored[n.input[2]].dtype.name for n in pairs} == {"int8", "int32"}
    assert not any(stored[n.input[2]].any() for n in pairs)
    kernel = next(n for n in pairs if n.input[0].startswith("kernel"))
    assert stored[kernel.input[0]].dtype == np.int8
    assert stored[kernel.input[1]].shape == (FILTERS,)


def test_a_quantized_network_answers_nearly_as_its_original(files: tuple[Path, Path]) -> None:
    faces = golden_faces((49, 250, 1, 0), 5)
    original, quantized = (Classifier(path).predict(faces) for path in files)
    assert 0 < np.abs(quantized - original).max() < INT8_STEPS


def test_quantizing_twice_gives_the_same_bytes(files: tuple[Path, Path], tmp_path: Path) -> None:
    to_int8(files[0], tmp_path / "again.onnx", _calibration())
    assert (tmp_path / "again.onnx").read_bytes() == files[1].read_bytes()


def test_scales_are_no_parameters(files: tuple[Path, Path]) -> None:
    original, quantized = (count(path) for path in files)
    assert (quantized.parameters, quantized.macs) == (original.parameters, original.macs)


def _calibration() -> np.ndarray:
    return made_faces(40).images.astype(np.float32)[:, np.newaxis]
