"""From images to a zoo entry with the commands alone, through a kill."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import onnx
import pytest
from fer_models.cli import run
from fer_models.verify import verify_entry
from fer_wire.manifest import PRECISIONS
from made_models import made_faces, write_images
from onnx import numpy_helper

pytestmark = pytest.mark.training

EPOCHS = 3
DEADLINE_S = 120


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("torch", exc_type=ImportError)
    folder = tmp_path_factory.mktemp("faces")
    write_images(folder, "Training", made_faces(210))
    write_images(folder, "PublicTest", made_faces(28, seed=1))
    return folder


@pytest.fixture(scope="module")
def run_folder(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "unbroken"
    subprocess.run(_train(data, folder), check=True, capture_output=True, timeout=DEADLINE_S)
    return folder


@pytest.fixture(scope="module")
def entry(data: Path, run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    zoo = tmp_path_factory.mktemp("zoo")
    assert run(_export(data, run_folder, zoo)) == 0
    return zoo / "tiny" / "1.0.0"


def test_a_killed_training_goes_on_to_the_same_weights(data: Path, run_folder: Path, tmp_path: Path) -> None:
    import torch

    folder = tmp_path / "killed"
    with subprocess.Popen(_train(data, folder), stdout=subprocess.DEVNULL) as process:
        _wait_for(folder / "log.jsonl")
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    subprocess.run(_train(data, folder), check=True, capture_output=True, timeout=DEADLINE_S)
    killed, unbroken = (torch.load(f / "checkpoint.pt", weights_only=True) for f in (folder, run_folder))
    assert killed["epoch"] == unbroken["epoch"] == EPOCHS
    assert all(weights.equal(killed["average"][name]) for name, weights in unbroken["average"].items())


def test_an_exported_entry_is_whole_and_verified(entry: Path) -> None:
    manifest = verify_entry(entry)
    assert tuple(variant.precision for variant in manifest.variants) == PRECISIONS
    assert {p.name for p in entry.iterdir()} == {"manifest.json", "card.md", *(f"{p}.onnx" for p in PRECISIONS)}
    assert [p.name for p in entry.parent.iterdir()] == ["1.0.0"]


def test_the_manifest_states_figures_and_origin(entry: Path) -> None:
    manifest = verify_entry(entry)
    for variant in manifest.variants:
        assert [(a.dataset, a.images) for a in variant.accuracy] == [("FER2013", 28), ("FER2013", 28)]
        assert variant.macs == manifest.variants[0].macs
        assert variant.latency[0].p50_ms > 0
        assert variant.compression.weights == 1.0
    assert f"--epochs {EPOCHS}" in manifest.command
    assert "research" in manifest.licence


def test_every_quantized_weight_is_symmetric_with_a_scale_per_channel(entry: Path) -> None:
    model = onnx.load(entry / "int8.onnx")
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    widened = [node for node in model.graph.node if node.op_type == "DequantizeLinear" and node.input[0] in stored]
    weights = [node for node in widened if stored[node.input[0]].ndim == 4]
    assert len(weights) == sum(node.op_type == "Conv" for node in model.graph.node)
    for node in weights:
        values, scales, zero_points = (stored[name] for name in node.input)
        assert values.dtype == zero_points.dtype == np.int8
        assert values.min() >= -127
        assert scales.shape == (len(values),)
        assert not zero_points.any()


def test_an_existing_version_is_never_overwritten(
    entry: Path, data: Path, run_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (entry / "manifest.json").read_bytes()
    assert run(_export(data, run_folder, entry.parent.parent)) == 1
    assert "1.0.0 exists; give a new --version" in capsys.readouterr().err
    assert (entry / "manifest.json").read_bytes() == before


def test_evaluate_finds_what_the_manifest_states(entry: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evaluate", str(entry), "--data", str(data), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["files"]
    for variant in verify_entry(entry).variants:
        assert found[variant.file]["accuracy"] == pytest.approx(variant.accuracy[0].accuracy, abs=1e-4)


def _train(data: Path, out: Path) -> list[str]:
    options = {"--data": data, "--out": out, "--width": 0.05, "--epochs": EPOCHS, "--threads": 1}
    command = [sys.executable, "-c", "from fer_models.cli import main; main()", "train"]
    return [*command, *(str(word) for option in options.items() for word in option)]


def _export(data: Path, run_folder: Path, zoo: Path) -> list[str]:
    options = {"--checkpoint": run_folder / "checkpoint.pt", "--data": data, "--out": zoo}
    names = ["--name", "tiny", "--version", "1.0.0", "--commit", "0" * 40]
    return ["export", *(str(word) for option in options.items() for word in option), *names]


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} did not appear"
        time.sleep(0.02)
