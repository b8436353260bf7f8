"""The exported file computes what the trained network does, folded and the same at every export."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from fer_models.model_files.golden import golden_faces
from fer_models.model_files.runtime import Classifier
from fer_models.network.config import CNN, RESNET50, VGG, PeerConfig
from fer_models.zoo.verification import verify_file

pytestmark = pytest.mark.training

AGREEMENT = 1e-5


@pytest.fixture
def network(torch: Any) -> Any:
    from fer_models.network.config import XceptionConfig
    from fer_models.network.xception import Xception, initialise

    torch.manual_seed(0)
    network = Xception(XceptionConfig(width=0.05, stem_stride=1, stem_padding=1, dropout=0.1))
    initialise(network)
    network(torch.rand(16, 1, 48, 48) * 255)  # gives the batch norms statistics to fold
    return network.eval()


def test_the_exported_file_keeps_the_contract_and_agrees_with_the_network(network: Any, tmp_path: Path) -> None:
    import torch
    from fer_models.model_files.to_onnx import export_fp32

    path = tmp_path / "fp32.onnx"
    export_fp32(network, path)
    verify_file(path)
    faces = golden_faces((49, 250, 1, 0), 5)
    with torch.inference_mode():
        expected = network(torch.from_numpy(faces)).softmax(dim=1).numpy()
    assert np.abs(Classifier(path).predict(faces) - expected).max() < AGREEMENT


@pytest.mark.parametrize("name", [VGG, RESNET50, CNN])
def test_a_peers_file_keeps_the_contract_and_agrees_with_it(name: str, torch: Any, tmp_path: Path) -> None:
    from fer_models.model_files.to_onnx import export_fp32
    from fer_models.network.networks import build
    from fer_models.network.xception import initialise

    torch.manual_seed(0)
    network = build(PeerConfig(name))
    initialise(network)
    network(torch.rand(16, 1, 48, 48) * 255)
    path, faces = tmp_path / "fp32.onnx", golden_faces((49, 250, 1, 0), 5)
    export_fp32(network.eval(), path)
    verify_file(path)
    with torch.inference_mode():
        expected = network(torch.from_numpy(faces)).softmax(dim=1).numpy()
    assert np.abs(Classifier(path).predict(faces) - expected).max() < AGREEMENT
    assert "BatchNormalization" not in {node.op_type for node in onnx.load(path).graph.node}


def test_batch_norms_are_folded_into_the_convolutions(network: Any, tmp_path: Path) -> None:
    from fer_models.model_files.to_onnx import export_fp32

    export_fp32(network, tmp_path / "fp32.onnx")
    operators = {node.op_type for node in onnx.load(tmp_path / "fp32.onnx").graph.node}
    assert operators == {"Constant", "Div", "Sub", "Conv", "Relu", "MaxPool", "Add", "ReduceMean", "Gemm", "Softmax"}


def test_exporting_twice_gives_the_same_bytes(network: Any, tmp_path: Path) -> None:
    from fer_models.model_files.to_onnx import export_fp32

    for name in ("one.onnx", "other.onnx"):
        export_fp32(network, tmp_path / name)
    assert (tmp_path / "one.onnx").read_bytes() == (tmp_path / "other.onnx").read_bytes()


@pytest.mark.usefixtures("torch")
def test_layers_with_equal_weights_have_their_own(tmp_path: Path) -> None:
    from fer_models.model_files.to_onnx import export_fp32
    from fer_models.network.config import XceptionConfig
    from fer_models.network.xception import Xception

    export_fp32(Xception(XceptionConfig(width=0.05)).eval(), tmp_path / "fp32.onnx")
    model = onnx.load(tmp_path / "fp32.onnx")
    stored = {tensor.name for tensor in model.graph.initializer}
    assert all(set(node.input[1:]) <= stored for node in model.graph.node if node.op_type in ("Conv", "Gemm"))
    verify_file(tmp_path / "fp32.onnx")
