"""The networks that the paper compares with go the way of an Xception: trained through a kill, exported, verified."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fer_models.cli import run
from fer_models.network.config import CNN, RESNET50, VGG
from fer_models.zoo.verification import verify_entry
from fer_wire.manifest import PRECISIONS
from made_models import made_faces, write_images

pytestmark = pytest.mark.training

DEADLINE_S = 500
EPOCHS = 2


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("torch", exc_type=ImportError).set_num_threads(1)
    folder = tmp_path_factory.mktemp("faces")
    write_images(folder, "Training", made_faces(70))
    write_images(folder, "PublicTest", made_faces(14, seed=1))
    return folder


@pytest.mark.timeout(4 * DEADLINE_S)
@pytest.mark.parametrize("network", [CNN, RESNET50, VGG])
def test_a_peer_is_trained_through_a_kill_and_exported(
    network: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _killed_after_an_epoch(_train(network, data, tmp_path / "killed"), tmp_path / "killed")
    for folder in (tmp_path / "killed", tmp_path / "unbroken"):
        assert run(_train(network, data, folder)) == 0
    assert _weights_are_equal(tmp_path / "killed", tmp_path / "unbroken")
    shutil.rmtree(tmp_path / "unbroken")  # hundreds of megabytes, as exporting takes again

    checkpoint, zoo = tmp_path / "killed" / "checkpoint.pt", tmp_path / "zoo"
    assert run(_export(checkpoint, data, zoo)) == 0
    manifest = verify_entry(zoo / "peer" / "1.0.0")
    assert manifest.network == network
    assert tuple(variant.precision for variant in manifest.variants) == PRECISIONS
    capsys.readouterr()
    assert run(["verify", str(zoo / "peer" / "1.0.0"), "--against", str(checkpoint), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["differences"]["fp32"] < 1e-3


def _train(network: str, data: Path, out: Path) -> list[str]:
    return [
        *("train", "--network", network, "--preset", "tiny", "--data", str(data), "--out", str(out)),
        *("--threads", "1", "--epochs", str(EPOCHS), "--batch", "16", "--learning-rate", "0.01"),
    ]


def _export(checkpoint: Path, data: Path, zoo: Path) -> list[str]:
    named = ("--name", "peer", "--version", "1.0.0", "--commit", "none", "--untimed")
    return ["export", "--checkpoint", str(checkpoint), "--data", str(data), "--out", str(zoo), *named]


def _killed_after_an_epoch(arguments: list[str], folder: Path) -> None:
    command = [sys.executable, "-c", "from fer_models.cli import main; main()", *arguments]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + DEADLINE_S
        while not (folder / "log.jsonl").exists():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL


def _weights_are_equal(one: Path, other: Path) -> bool:
    import torch

    states = [torch.load(folder / "checkpoint.pt", weights_only=True) for folder in (one, other)]
    assert states[0]["step"] == states[1]["step"] > 0
    return all(weights.equal(states[1]["average"][name]) for name, weights in states[0]["average"].items())
