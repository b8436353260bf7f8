"""From images to a zoo entry with the commands alone, through a kill."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
import pytest
from fer_models.cli import run
from fer_models.model_files.float16 import widened
from fer_models.quantization.equations import quantize
from fer_models.zoo.verification import verify_entry, verify_file
from fer_wire.manifest import PRECISIONS, Compression
from made_models import made_faces, write_images
from onnx import numpy_helper

pytestmark = pytest.mark.training

EPOCHS = 3
DEADLINE_S = 120


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> None:
    """Threads of PyTorch that wait for each other on a busy machine make no test quicker."""
    pytest.importorskip("torch", exc_type=ImportError).set_num_threads(1)


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
    assert killed["step"] == unbroken["step"]
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
        assert variant.compression == Compression()
    assert f"--epochs {EPOCHS}" in manifest.command
    assert "FER2013" in manifest.licence
    assert "Also learned, on these terms: Smiles: for research only." in manifest.licence
    assert manifest.dataset.endswith("; also learned: Smiles")


def test_an_untimed_entry_says_nothing_of_its_latency(data: Path, run_folder: Path, tmp_path: Path) -> None:
    assert run([*_export(data, run_folder, tmp_path), "--untimed"]) == 0
    manifest = verify_entry(tmp_path / "tiny" / "1.0.0")
    assert [variant.latency for variant in manifest.variants] == [()] * len(PRECISIONS)


def test_the_manifest_says_by_which_commands_it_was_made(entry: Path) -> None:
    made = [command.split()[1] for command in verify_entry(entry).command.split(" && ")]
    assert made == ["train", "quantize", "export"]


def test_every_stored_integer_is_that_of_the_equations(entry: Path) -> None:
    weights = {t.name: numpy_helper.to_array(t) for t in widened(onnx.load(entry / "fp32.onnx")).graph.initializer}
    model = onnx.load(entry / "int8.onnx")
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    kernels = [name for name, array in stored.items() if array.ndim == 4]
    assert len(kernels) == sum(node.op_type == "Conv" for node in model.graph.node)
    for name in kernels:
        expected = quantize(weights[name.partition(".of.")[0]])
        assert (stored[name] == expected.integers).all()
        assert (stored[name.replace(".integers", ".steps")] == expected.step).all()


def test_the_quantized_files_lie_beside_the_checkpoint_and_are_taken_again(
    entry: Path, data: Path, run_folder: Path, tmp_path: Path
) -> None:
    folder = run_folder / "quantized"
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert set(before) == {"quantize.json", *(f"{p}.onnx" for p in PRECISIONS)}
    assert run(_export(data, run_folder, tmp_path)) == 0
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    for precision in PRECISIONS:
        again = tmp_path / "tiny" / "1.0.0" / f"{precision}.onnx"
        assert again.read_bytes() == (entry / f"{precision}.onnx").read_bytes()


def test_the_checkpoint_answers_as_the_entry_does(
    entry: Path, run_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["verify", str(entry), "--against", str(run_folder / "checkpoint.pt"), "--json"]) == 0
    differences = json.loads(capsys.readouterr().out)["differences"]
    assert list(differences) == list(PRECISIONS)
    assert differences["fp32"] < 1e-3


def test_the_answers_of_another_checkpoint_are_refused(
    entry: Path, run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = _changed(run_folder, tmp_path, lambda state: state["average"]["module.classifier.bias"][0].add_(9))
    assert run(["verify", str(entry), "--against", str(other)]) == 1
    assert "It was made from another checkpoint" in capsys.readouterr().err


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


def test_what_was_pruned_stands_in_manifest_and_card(data: Path, run_folder: Path, tmp_path: Path) -> None:
    ratios = {"weights": 4.0, "filters": 2.0, "channels": 2.0}
    pruned = _changed(run_folder, tmp_path, lambda state: state.update(compression=ratios, commands=["made by hand"]))
    assert run(_export(data, pruned.parent, tmp_path / "zoo")) == 0
    folder = tmp_path / "zoo" / "tiny" / "1.0.0"
    manifest = verify_entry(folder)
    assert {variant.compression for variant in manifest.variants} == {Compression(**ratios)}
    assert manifest.command.startswith("made by hand && fer-models quantize ")
    assert "of 4.00 by weights, 2.00 by filters and 2.00 by channels" in (folder / "card.md").read_text()


def test_quantize_fine_tunes_when_told_to(
    data: Path, run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(_quantize(data, run_folder / "checkpoint.pt", tmp_path / "made", "--qat", "always", "--json")) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["method"] == "qat"
    assert {"qat", "int8_static", "int4_weights", "int8_per_tensor"} <= set(found["experiments"])
    assert found["files"]["fp32"]["loss_points"] == 0
    verify_file(tmp_path / "made" / "int8.onnx", "int8")


def test_a_file_that_is_no_checkpoint_is_refused(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "checkpoint.pt").write_text("no checkpoint")
    assert run(_quantize(data, tmp_path / "checkpoint.pt", tmp_path / "made")) == 1
    assert "Cannot read the checkpoint" in capsys.readouterr().err
    assert not (tmp_path / "made").exists()


def test_too_few_images_to_calibrate_on_are_refused(
    run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_images(tmp_path / "few", "Training", made_faces(42))
    assert run(_quantize(tmp_path / "few", run_folder / "checkpoint.pt", tmp_path / "made")) == 1
    assert "images are too few to calibrate int8 on" in capsys.readouterr().err


def test_a_full_disk_is_one_sentence_and_leaves_nothing(
    data: Path,
    run_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(onnx, "save", full)
    assert run(_quantize(data, run_folder / "checkpoint.pt", tmp_path / "made")) == 1
    error = capsys.readouterr().err
    assert "made cannot be written (No space left on device" in error
    assert error.count("\n") == 1
    assert not list(tmp_path.glob("*made*"))


def _quantize(data: Path, checkpoint: Path, out: Path, *more: str) -> list[str]:
    return ["quantize", "--checkpoint", str(checkpoint), "--data", str(data), "--out", str(out), *more]


def _changed(run_folder: Path, folder: Path, change: Callable[[Any], object]) -> Path:
    """A copy of the run's checkpoint, changed."""
    import torch

    state = torch.load(run_folder / "checkpoint.pt", weights_only=True)
    change(state)
    torch.save(state, folder / "checkpoint.pt")
    return folder / "checkpoint.pt"


def _train(data: Path, out: Path) -> list[str]:
    options = {"--data": data, "--out": out, "--width": 0.05, "--epochs": EPOCHS, "--threads": 1}
    command = [sys.executable, "-c", "from fer_models.cli import main; main()", "train"]
    return [*command, *(str(word) for option in options.items() for word in option)]


def _export(data: Path, run_folder: Path, zoo: Path) -> list[str]:
    options = {"--checkpoint": run_folder / "checkpoint.pt", "--data": data, "--out": zoo}
    names = [
        "--name",
        "tiny",
        "--version",
        "1.0.0",
        "--commit",
        "0" * 40,
        "--also-learned",
        "Smiles: for research only",
    ]
    return ["export", *(str(word) for option in options.items() for word in option), *names]


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} did not appear"
        time.sleep(0.02)
