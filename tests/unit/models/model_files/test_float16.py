"""Float16 files compute what their float32 original does, and are float32 at both ends."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from fer_models.model_files.float16 import store_weights_in_half, to_fp16
from fer_models.model_files.golden import golden_faces
from fer_models.model_files.runtime import Classifier
from fer_models.zoo.verification import verify_file
from made_models import write_network
from onnx import TensorProto

HALF_STEP = 2e-3
Conversion = Callable[[Path, Path], None]


@pytest.mark.parametrize("convert", [to_fp16, store_weights_in_half])
def test_a_converted_file_keeps_the_contract_and_the_outputs(convert: Conversion, tmp_path: Path) -> None:
    original, converted = write_network(tmp_path / "fp32.onnx"), tmp_path / "converted.onnx"
    convert(original, converted)
    verify_file(converted)
    faces = golden_faces((49, 250, 1, 0), 5)
    difference = np.abs(Classifier(converted).predict(faces) - Classifier(original).predict(faces))
    assert difference.max() < HALF_STEP


@pytest.mark.parametrize("convert", [to_fp16, store_weights_in_half])
def test_convolutions_are_stored_in_float16(convert: Conversion, tmp_path: Path) -> None:
    convert(write_network(tmp_path / "fp32.onnx"), tmp_path / "converted.onnx")
    stored = {
        t.name.removesuffix(".half"): t.data_type for t in onnx.load(tmp_path / "converted.onnx").graph.initializer
    }
    assert stored["kernel"] == stored["bias"] == TensorProto.FLOAT16


def test_only_the_convolutions_of_an_fp16_file_compute_in_float16(tmp_path: Path) -> None:
    to_fp16(write_network(tmp_path / "fp32.onnx"), tmp_path / "fp16.onnx")
    model = onnx.shape_inference.infer_shapes(onnx.load(tmp_path / "fp16.onnx"))
    kinds = {value.name: value.type.tensor_type.elem_type for value in model.graph.value_info}
    outputs = {node.op_type: kinds.get(node.output[0]) for node in model.graph.node if node.op_type != "Cast"}
    assert outputs["Conv"] == outputs["Relu"] == TensorProto.FLOAT16
    assert outputs["Div"] == outputs["ReduceMean"] == outputs["Gemm"] == TensorProto.FLOAT


def test_pixels_between_whole_numbers_are_not_rounded_to_float16(tmp_path: Path) -> None:
    path = write_network(tmp_path / "fp32.onnx")
    to_fp16(path, tmp_path / "fp16.onnx")
    nodes = onnx.load(tmp_path / "fp16.onnx").graph.node
    assert [node.op_type for node in nodes if "face" in node.input] == ["Div"]
