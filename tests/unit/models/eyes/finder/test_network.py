"""The finder's network, its .onnx file, and both finding the same."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from fer_models.errors import ContractError
from fer_models.eyes.finder.cells import CHANNELS, OUTPUTS
from fer_models.eyes.finder.onnx_finder import OnnxFinder

pytestmark = [pytest.mark.training, pytest.mark.usefixtures("torch")]

JETPACK_4_6 = {"Add", "Concat", "Constant", "Conv", "Mul", "Relu", "Resize", "Sub"}


@pytest.fixture
def network() -> Any:
    import torch
    from fer_models.eyes.finder.network import Finder

    torch.manual_seed(1)
    network = Finder().eval()
    for head in network.heads:
        torch.nn.init.normal_(head[1].weight, std=0.5)
    return network


@pytest.fixture
def file(network: Any, tmp_path: Path) -> Path:
    from fer_models.eyes.finder.onnx_file import export_finder

    export_finder(network, tmp_path / "finder.onnx")
    return tmp_path / "finder.onnx"


def test_it_answers_on_three_levels_of_any_picture(network: Any) -> None:
    import torch

    shapes = [tuple(each.shape) for each in network(torch.zeros(2, 1, 96, 160))]
    assert shapes == [(2, CHANNELS, 12, 20), (2, CHANNELS, 6, 10), (2, CHANNELS, 3, 5)]


def test_a_new_network_sees_few_faces() -> None:
    import torch
    from fer_models.eyes.finder.network import Finder

    with torch.inference_mode():
        scores = Finder().eval()(torch.rand(1, 1, 64, 64) * 255)[0][:, 0].sigmoid()
    assert float(scores.max()) < 0.1


def test_it_is_as_small_as_it_should_be(network: Any) -> None:
    assert sum(each.numel() for each in network.parameters()) < 120_000


def test_the_file_loads_where_the_oldest_devices_load_it(file: Path) -> None:
    model = onnx.load(file)
    onnx.checker.check_model(model)
    assert model.opset_import[0].version == 13
    assert model.ir_version <= 7
    assert {node.op_type for node in model.graph.node} <= JETPACK_4_6
    assert [output.name for output in model.graph.output] == list(OUTPUTS)


def test_file_and_network_find_the_same_faces_in_pictures_of_any_size(network: Any, file: Path) -> None:
    from fer_models.eyes.finder.torch_finder import TorchFinder

    for height, width in ((64, 96), (75, 41), (1, 1)):
        picture = np.random.default_rng(height).integers(0, 256, (height, width), dtype=np.uint8)
        ours, theirs = TorchFinder(network).find(picture), OnnxFinder(file).find(picture)
        np.testing.assert_allclose(theirs.boxes, ours.boxes, rtol=1e-3, atol=1e-2)
        np.testing.assert_allclose(theirs.scores, ours.scores, atol=1e-3)


def test_a_file_that_is_no_finder_is_refused(root: Path) -> None:
    classifier = next((root / "models" / "zoo").glob("*/*/fp32.onnx"))
    with pytest.raises(ContractError, match=r"fp32\.onnx cannot take image"):
        OnnxFinder(classifier)
