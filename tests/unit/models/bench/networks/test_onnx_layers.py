"""Layers read from an .onnx file compute the same in a framework that cannot read it."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from fer_models.bench.benchmark import newest
from fer_models.bench.networks import layers
from fer_models.bench.networks.onnx_layers import write_layers
from fer_models.errors import BenchError
from fer_models.model_files.float16 import store_weights_in_half
from fer_models.model_files.runtime import Classifier
from made_models import write_network


def read(onnx_file: Path) -> tuple[list[layers.Layer], dict[str, layers.Array]]:
    path = onnx_file.with_suffix(".npz")
    write_layers(onnx_file, path)
    steps, arrays = layers.load_layers(str(path))
    return steps, dict(arrays)


def test_every_operator_becomes_a_layer(tmp_path: Path) -> None:
    steps, arrays = read(write_network(tmp_path / "small.onnx"))
    assert [step.kind for step in steps] == ["divide", "convolution", "relu", "mean", "dense", "softmax"]
    assert (steps[0].inputs, steps[0].value) == ((layers.FACE,), 255.0)
    assert (steps[1].size, steps[1].pads) == (3, (1, 1, 1, 1))
    assert arrays["t1.kernel"].shape == (8, 1, 3, 3)


def test_weights_that_are_stored_in_half_are_widened(tmp_path: Path) -> None:
    write_network(tmp_path / "small.onnx")
    store_weights_in_half(tmp_path / "small.onnx", tmp_path / "half.onnx")
    whole, halved = (read(tmp_path / name)[1]["t1.kernel"] for name in ("small.onnx", "half.onnx"))
    assert halved.dtype == np.float32
    assert halved == pytest.approx(whole, abs=1e-3)


def test_an_operator_that_is_not_known_is_named(tmp_path: Path) -> None:
    path = write_network(tmp_path / "small.onnx", last="HardSigmoid")
    with pytest.raises(BenchError, match="the network has HardSigmoid, which bench cannot rebuild"):
        write_layers(path, tmp_path / "layers.npz")


@pytest.mark.parametrize(
    ("operator", "attribute", "value", "sentence"),
    [
        ("ReduceMean", "axes", [1], "a ReduceMean over axes other than height and width"),
        ("Gemm", "transB", 0, "a Gemm whose weights are in×out"),
    ],
)
def test_an_operator_that_is_used_otherwise_is_refused(
    operator: str, attribute: str, value: object, sentence: str, tmp_path: Path
) -> None:
    model = onnx.load(write_network(tmp_path / "small.onnx"))
    node = next(node for node in model.graph.node if node.op_type == operator)
    kept = [each for each in node.attribute if each.name != attribute]
    del node.attribute[:]
    node.attribute.extend([*kept, onnx.helper.make_attribute(attribute, value)])
    onnx.save(model, tmp_path / "changed.onnx")
    with pytest.raises(BenchError, match=sentence):
        write_layers(tmp_path / "changed.onnx", tmp_path / "layers.npz")


@pytest.mark.training
@pytest.mark.usefixtures("torch")
def test_pytorch_computes_the_shipped_model_from_its_layers(root: Path, tmp_path: Path) -> None:
    from fer_models.bench.job import Job
    from fer_models.bench.runtimes.pytorch import load

    file = newest(root / "models" / "zoo" / "light") / "fp32.onnx"
    write_layers(file, tmp_path / "light.npz")
    job = Job("light", "pytorch", "fp32", str(tmp_path / "light.npz"), (1, 48, 48), threads=1, runs=1, warm_up=0)
    assert load(job, job.face()).predict() == pytest.approx(Classifier(file).predict(job.face()), abs=1e-5)
