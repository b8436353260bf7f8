"""An int8 file holds the integers of the equations, is symmetric throughout, and is the same at every making."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from fer_models.model_files.counts import count
from fer_models.model_files.float16 import store_weights_in_half, to_fp16
from fer_models.model_files.golden import golden_faces
from fer_models.model_files.runtime import Classifier
from fer_models.quantization.calibration import observe
from fer_models.quantization.equations import quantize, step
from fer_models.quantization.qdq import SHIPPED, Scheme, to_int8
from fer_models.zoo.verification import verify_file
from fer_wire.contracts import CONTRACTS, FINDER
from made_models import FILTERS, FORKED_CONVOLUTIONS, made_faces, write_finder, write_forked_network, write_network
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
    model, stored = onnx.load(files[1]), _stored(files[1])
    pairs = [n for n in model.graph.node if n.op_type in ("QuantizeLinear", "DequantizeLinear")]
    assert {stored[n.input[2]].dtype.name for n in pairs} == {"int8", "int32"}
    assert not any(stored[n.input[2]].any() for n in pairs)
    kernel = next(n for n in pairs if n.input[0].startswith("kernel."))
    assert stored[kernel.input[0]].dtype == np.int8
    assert stored[kernel.input[1]].shape == (FILTERS,)


def test_what_a_relu_drops_takes_no_integers(files: tuple[Path, Path]) -> None:
    ranges = observe(onnx.load(files[0]), _calibration())
    assert _stored(files[1])["maps.step"] == step(ranges["maps"].highest)


def test_a_convolution_that_makes_an_output_stays_in_float32(tmp_path: Path) -> None:
    original, int8, fp16 = write_finder(tmp_path / "fp32.onnx"), tmp_path / "int8.onnx", tmp_path / "fp16.onnx"
    to_int8(original, int8, golden_faces((3, 5, 7, 0), 2, 64))
    to_fp16(original, fp16)
    for path in (int8, fp16):
        assert {node.op_type for node in onnx.load(path).graph.node} == {"Conv"}
        verify_file(path, contract=CONTRACTS[FINDER])


@pytest.mark.parametrize("scheme", [SHIPPED, Scheme(per_channel=False), Scheme(bits=4)])
def test_the_stored_integers_are_those_of_the_equations(scheme: Scheme, tmp_path: Path) -> None:
    original, path = write_network(tmp_path / "fp32.onnx"), tmp_path / "rounded.onnx"
    to_int8(original, path, _calibration(), scheme)
    expected = quantize(_stored(original)["kernel"], scheme.bits, per_channel=scheme.per_channel)
    stored = _stored(path)
    assert (stored["kernel.of.maps.integers"] == expected.integers).all()
    assert (stored["kernel.of.maps.steps"] == expected.step).all()


def test_weights_stored_in_half_are_quantized_as_they_are_widened(tmp_path: Path) -> None:
    original = write_network(tmp_path / "fp32.onnx")
    store_weights_in_half(original, original)
    to_int8(original, tmp_path / "int8.onnx", _calibration())
    kernel = _stored(original)["kernel.half"].astype(np.float32)
    assert (_stored(tmp_path / "int8.onnx")["kernel.of.maps.integers"] == quantize(kernel).integers).all()


def test_the_bias_is_in_the_steps_of_the_products(files: tuple[Path, Path]) -> None:
    stored = _stored(files[1])
    steps = stored["scaled.step"] * stored["kernel.of.maps.steps"]
    assert (stored["bias.of.maps.steps"] == steps).all()
    assert np.abs(stored["bias.of.maps.integers"] * steps - _stored(files[0])["bias"]).max() <= steps.max() / 2


def test_unsigned_activations_after_a_relu_start_at_zero(tmp_path: Path) -> None:
    original, path = write_network(tmp_path / "fp32.onnx"), tmp_path / "unsigned.onnx"
    to_int8(original, path, _calibration(), Scheme(unsigned=True))
    stored = _stored(path)
    assert stored["active.zero"] == np.uint8(0)
    assert "maps.zero" not in stored
    faces = golden_faces((49, 250, 1, 0), 5)
    assert np.abs(Classifier(path).predict(faces) - Classifier(original).predict(faces)).max() < INT8_STEPS


@pytest.mark.parametrize("scheme", [SHIPPED, Scheme(unsigned=True)])
def test_onnx_runtime_joins_every_pair_into_integer_convolutions(scheme: Scheme, tmp_path: Path) -> None:
    to_int8(write_forked_network(tmp_path / "fp32.onnx"), tmp_path / "int8.onnx", _calibration(), scheme)
    assert _optimised(tmp_path / "int8.onnx", tmp_path).count("QLinearConv") == FORKED_CONVOLUTIONS


def test_a_tensor_that_two_convolutions_read_is_quantized_for_each(tmp_path: Path) -> None:
    to_int8(write_forked_network(tmp_path / "fp32.onnx"), tmp_path / "int8.onnx", _calibration())
    stored = _stored(tmp_path / "int8.onnx")
    assert stored["active.step1"] == np.nextafter(stored["active.step"], np.float32(np.inf))
    assert not stored["active.zero"].any()


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
    return made_faces(56).images.astype(np.float32)[:, np.newaxis]


def _stored(path: Path) -> dict[str, np.ndarray]:
    return {tensor.name: numpy_helper.to_array(tensor) for tensor in onnx.load(path).graph.initializer}


def _optimised(path: Path, folder: Path) -> list[str]:
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath, options.log_severity_level = str(folder / "optimised.onnx"), 3
    onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return [node.op_type for node in onnx.load(folder / "optimised.onnx").graph.node]
