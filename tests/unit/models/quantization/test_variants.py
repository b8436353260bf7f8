"""The three files of a network: float32 weights where they fit, and the smaller files made of what fp32.onnx holds."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from fer_models.model_files.float16 import widened
from fer_models.quantization.calibration import calibration_faces
from fer_models.quantization.equations import quantize
from fer_models.zoo.verification import verify_file
from fer_wire.manifest import PRECISIONS
from made_models import made_faces
from onnx import TensorProto, numpy_helper

pytestmark = pytest.mark.training


@pytest.fixture
def network(torch: Any) -> Any:
    from fer_models.network.config import XceptionConfig
    from fer_models.network.xception import Xception, initialise

    torch.manual_seed(0)
    network = Xception(XceptionConfig(width=0.05, stem_stride=2))
    initialise(network)
    return network.eval()


def test_weights_that_fit_are_stored_in_float32(network: Any, tmp_path: Path) -> None:
    files = _written(network, tmp_path)
    assert list(files) == list(PRECISIONS)
    assert _kinds(files["fp32"]) == {TensorProto.FLOAT}
    for precision, path in files.items():
        verify_file(path, precision)


@pytest.mark.parametrize("budget", [0, 10**9])
def test_int8_is_made_of_the_weights_that_fp32_holds(
    budget: int, network: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fer_models.quantization.variants

    monkeypatch.setattr(fer_models.quantization.variants, "BUDGET_BYTES", budget)
    files = _written(network, tmp_path)
    assert (TensorProto.FLOAT16 in _kinds(files["fp32"])) == (budget == 0)
    held = {t.name: numpy_helper.to_array(t) for t in widened(onnx.load(files["fp32"])).graph.initializer}
    stored = {t.name: numpy_helper.to_array(t) for t in onnx.load(files["int8"]).graph.initializer}
    kernels = [name for name, array in stored.items() if array.dtype == np.int8 and array.ndim == 4]
    assert kernels
    for name in kernels:
        assert (stored[name] == quantize(held[name.partition(".of.")[0]]).integers).all()


def _written(network: Any, folder: Path) -> dict[str, Path]:
    from fer_models.quantization.variants import write_files

    return write_files(network, calibration_faces(made_faces(56)), folder, lambda _: None)


def _kinds(path: Path) -> set[int]:
    return {tensor.data_type for tensor in onnx.load(path).graph.initializer}
