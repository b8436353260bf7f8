"""Training and pruning with the commands alone, through kills and Ctrl-C."""

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from made_models import made_faces, write_images

pytestmark = pytest.mark.training

EPOCHS = 3
BATCH = 16
STARTING_S = 2.0
DEADLINE_S = 240
INTERRUPTED = 130


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("torch", exc_type=ImportError)
    folder = tmp_path_factory.mktemp("faces")
    write_images(folder, "Training", made_faces(350))
    write_images(folder, "PublicTest", made_faces(28, seed=1))
    return folder


@pytest.fixture(scope="module")
def unbroken(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "unbroken"
    _done(_train(data, folder))
    return folder


def test_a_training_killed_at_random_moments_ends_with_the_same_weights(
    data: Path, unbroken: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "killed"
    kills = sum(_killed_after(epoch, delay_s, data, folder) for epoch, delay_s in _moments(unbroken))
    _done(_train(data, folder))
    print(f"\n  kill -9 of a training: {kills} kills, the same weights to the last bit", end=" ")
    assert kills >= 2 * EPOCHS - 2
    assert _weights_are_equal(folder, unbroken)
    assert _history(folder) == _history(unbroken)


def test_ctrl_c_saves_and_the_same_command_goes_on(data: Path, unbroken: Path, tmp_path: Path) -> None:
    folder = tmp_path / "stopped"
    with subprocess.Popen(
        _train(data, folder), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        _wait_for(folder / "log.jsonl")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == INTERRUPTED
    assert "Stopped in epoch" in errors
    assert "Traceback" not in errors
    _done(_train(data, folder))
    assert _weights_are_equal(folder, unbroken)


def test_a_finished_run_shows_its_curves_and_its_confusion(unbroken: Path) -> None:
    assert {path.name for path in unbroken.iterdir()} == {"checkpoint.pt", "log.jsonl", "curves.png", "confusion.png"}
    assert (unbroken / "curves.png").read_bytes().startswith(b"\x89PNG")


def test_structured_pruning_makes_the_network_smaller_through_kills(data: Path, unbroken: Path, tmp_path: Path) -> None:
    command = _prune(data, unbroken, tmp_path / "pruned", "--ratio", "1.5")
    kills = sum(_killed(command, moment) for moment in (2.0, 6.0))
    outcome = json.loads(_done([*command, "--json"]).splitlines()[-1])
    print(f"\n  kill -9 of a pruning: {kills} kills", end=" ")
    assert outcome["ratio"]["weights"] >= 1.5
    assert outcome["parameters"]["after"] < outcome["parameters"]["before"]
    again = json.loads((tmp_path / "pruned" / "prune.json").read_text())
    assert again == outcome


def test_a_recipe_is_trained_whole_from_several_seeds_and_averaged(data: Path, unbroken: Path, tmp_path: Path) -> None:
    for seed in ("0", "1"):
        start = ("--start", str(unbroken / "checkpoint.pt"), "--whole", "--learning-rate", "0.01", "--seed", seed)
        _done([*_train(data, tmp_path / seed), *start])
        assert "held_out_accuracy" not in _entries(tmp_path / seed)[-1]
    runs = [word for seed in ("0", "1") for word in ("--checkpoint", str(tmp_path / seed / "checkpoint.pt"))]
    average = (*_command("average"), *runs, "--data", str(data), "--out", str(tmp_path / "mean"), "--json")
    said = json.loads(_done(list(average)))
    assert [each["run"] for each in said["averaged"]] == ["0", "1"]
    refused = _prune(data, tmp_path / "mean", tmp_path / "cut", "--ratio", "2")
    failed = subprocess.run(refused, capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    assert failed.returncode == 2
    assert "has also learned the held-out images (--whole)" in failed.stderr


def test_magnitude_pruning_leaves_the_zeros_that_were_asked_for(data: Path, unbroken: Path, tmp_path: Path) -> None:
    command = _prune(data, unbroken, tmp_path, "--ratio", "2", "--method", "magnitude", "--json")
    outcome = json.loads(_done(command).splitlines()[-1])
    assert outcome["ratio"]["weights"] == pytest.approx(2, rel=0.01)
    assert outcome["parameters"]["after"] == outcome["parameters"]["before"]


def test_a_budget_of_accuracy_prunes_step_by_step_as_far_as_it_lasts(
    data: Path, unbroken: Path, tmp_path: Path
) -> None:
    command = _prune(data, unbroken, tmp_path, "--accuracy-loss", "100", "--json")
    outcome = json.loads(_done(command).splitlines()[-1])
    steps = sorted(path.name for path in tmp_path.glob("step-*"))
    assert "step-2" in steps
    assert outcome["ratio"]["weights"] >= 1.25**2
    assert (tmp_path / "checkpoint.pt").read_bytes() == (tmp_path / f"step-{len(steps)}" / "checkpoint.pt").read_bytes()


def test_a_budget_that_no_cut_meets_is_refused(data: Path, unbroken: Path, tmp_path: Path) -> None:
    command = _prune(data, unbroken, tmp_path, "--latency-ms", "0.000001", "--sparse-epochs", "0")
    failed = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    assert failed.returncode == 1
    assert failed.stderr == (
        "error: The budget, 1e-06 ms a face, cannot be met: even the smallest cut misses it. "
        "Give a wider budget or a smaller network.\n"
    )


def _command(name: str) -> list[str]:
    return [sys.executable, "-c", "from fer_models.cli import main; main()", name]


def _train(data: Path, out: Path) -> list[str]:
    return [
        *(*_command("train"), "--data", str(data)),
        *("--preset", "tiny", "--out", str(out), "--epochs", str(EPOCHS), "--batch", str(BATCH), "--threads", "1"),
    ]


def _prune(data: Path, run: Path, out: Path, *options: str) -> list[str]:
    return [
        *(*_command("prune"), "--data", str(data)),
        *("--checkpoint", str(run / "checkpoint.pt"), "--out", str(out)),
        *("--sparse-epochs", "1", "--epochs", "1", "--threads", "1", *options),
    ]


def _done(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=DEADLINE_S).stdout


def _killed(command: list[str], after_s: float) -> bool:
    """Whether the command was still running when it was killed."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            process.wait(after_s)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
    return process.returncode == -signal.SIGKILL


def _killed_after(epoch: int, delay_s: float, data: Path, folder: Path) -> bool:
    """Whether the training still ran when it was killed, so long after it had logged that epoch."""
    with subprocess.Popen(_train(data, folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + DEADLINE_S
        while _epochs(folder) < epoch and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(delay_s)
        process.kill()
    return process.returncode == -signal.SIGKILL


def _moments(unbroken: Path) -> Iterator[tuple[int, float]]:
    """Twice a training epoch: while the program starts, and at a random moment of the epoch that follows."""
    dice = random.Random(3)
    epoch_s = min(float(entry["seconds"]) for entry in _entries(unbroken)[1:])
    for epoch in range(EPOCHS):
        yield epoch, dice.uniform(0, STARTING_S)
        yield epoch + 1, dice.uniform(0, epoch_s)


def _epochs(folder: Path) -> int:
    return len(_entries(folder)[1:]) if (folder / "log.jsonl").exists() else 0


def _weights_are_equal(one: Path, other: Path) -> bool:
    import torch

    states = [torch.load(folder / "checkpoint.pt", weights_only=True) for folder in (one, other)]
    assert states[0]["step"] == states[1]["step"] > 0
    return all(weights.equal(states[1]["average"][name]) for name, weights in states[0]["average"].items())


def _history(folder: Path) -> list[dict[str, float]]:
    entries = _entries(folder)
    assert entries[0]["command"].startswith("fer-models train --data faces")
    return [{**entry, "seconds": 0} for entry in entries[1:]]


def _entries(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} did not appear"
        time.sleep(0.02)
