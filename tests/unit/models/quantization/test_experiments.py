"""Experiments round the same network in other ways; packed sizes count the bits."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from fer_models.model_files.counts import count
from fer_models.quantization.calibration import calibration_faces, observe
from fer_models.quantization.equations import quantize
from fer_models.quantization.experiments import EXPERIMENTS, packed_bytes, with_rounded_weights, write_experiments
from fer_models.quantization.qdq import Scheme
from fer_models.zoo.verification import verify_file
from made_models import FILTERS, made_faces, write_network
from onnx import ModelProto, numpy_helper

KERNEL = FILTERS * 9
OTHERS = 1 + FILTERS + 7 * FILTERS + 7


@pytest.fixture
def model(tmp_path: Path) -> ModelProto:
    return onnx.load(write_network(tmp_path / "fp32.onnx"))


def test_every_experiment_is_a_file_that_keeps_the_contract(model: ModelProto, tmp_path: Path) -> None:
    written: dict[str, Path] = {}
    ranges = observe(model, calibration_faces(made_faces(56)))
    write_experiments(model, ranges, tmp_path, lambda name, path, _: written.update({name: path}))
    assert list(written) == list(EXPERIMENTS)
    for path in written.values():
        verify_file(path)


@pytest.mark.parametrize("scheme", [Scheme(), Scheme(bits=4), Scheme(bits=4, per_channel=False)])
def test_rounded_weights_are_those_the_integers_stand_for(model: ModelProto, scheme: Scheme) -> None:
    made = {t.name: numpy_helper.to_array(t) for t in with_rounded_weights(model, scheme).graph.initializer}
    kept = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    expected = quantize(kept["kernel"], scheme.bits, per_channel=scheme.per_channel).weights
    assert (made["kernel"] == expected).all()
    assert all((made[name] == kept[name]).all() for name in kept if name != "kernel")


@pytest.mark.parametrize(
    ("scheme", "size"),
    [
        (Scheme(), KERNEL + 4 * (FILTERS + OTHERS)),
        (Scheme(bits=4), KERNEL // 2 + 4 * (FILTERS + OTHERS)),
        (Scheme(bits=4, per_channel=False), KERNEL // 2 + 4 * (1 + OTHERS)),
    ],
)
def test_packed_weights_take_their_bits_and_all_else_four_bytes(model: ModelProto, scheme: Scheme, size: int) -> None:
    assert packed_bytes(model, scheme) == size


def test_four_bits_have_fifteen_levels(model: ModelProto, tmp_path: Path) -> None:
    onnx.save(with_rounded_weights(model, Scheme(bits=4, per_channel=False)), tmp_path / "int4.onnx")
    stored = {t.name: numpy_helper.to_array(t) for t in onnx.load(tmp_path / "int4.onnx").graph.initializer}
    assert len(np.unique(stored["kernel"])) <= 15
    assert count(tmp_path / "int4.onnx").parameters == KERNEL + OTHERS - 1
