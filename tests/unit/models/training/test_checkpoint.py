"""A checkpoint is whole, or the one before it is still there."""

import os
from errno import ENOSPC
from pathlib import Path
from typing import Any

import pytest
from fer_models.errors import TrainingError

pytestmark = [pytest.mark.training, pytest.mark.usefixtures("torch")]

STATE_KEYS = ("recipe", "config", "step", "model", "average", "optimiser", "schedule", "history")


def state(size: int = 10) -> dict[str, Any]:
    import torch

    return {**dict.fromkeys(STATE_KEYS, 0), "model": {"weight": torch.arange(size)}}


def test_what_was_written_is_read(tmp_path: Path) -> None:
    from fer_models.training.checkpoint import read_checkpoint, write_checkpoint

    write_checkpoint(state(), tmp_path / "checkpoint.pt")
    assert read_checkpoint(tmp_path / "checkpoint.pt")["model"]["weight"].tolist() == list(range(10))
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.pt"]


def test_a_full_disk_leaves_the_checkpoint_before_and_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fer_models.training.checkpoint import read_checkpoint, write_checkpoint

    path = tmp_path / "checkpoint.pt"
    write_checkpoint(state(), path)

    def full(_descriptor: int) -> None:
        raise OSError(ENOSPC, os.strerror(ENOSPC))

    monkeypatch.setattr("fer_wire.whole_files.os.fsync", full)
    with pytest.raises(
        TrainingError, match=r"Cannot write the checkpoint .*checkpoint\.pt \(No space left on device\); the previous"
    ):
        write_checkpoint(state(10_000), path)
    assert read_checkpoint(path)["model"]["weight"].tolist() == list(range(10))
    assert [each.name for each in tmp_path.iterdir()] == ["checkpoint.pt"]


@pytest.mark.parametrize("damage", ["truncated", "text", "empty", "missing"])
def test_a_damaged_checkpoint_is_refused_with_a_sentence(damage: str, tmp_path: Path) -> None:
    from fer_models.training.checkpoint import read_checkpoint, write_checkpoint

    path = tmp_path / "checkpoint.pt"
    write_checkpoint(state(), path)
    whole = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes({"truncated": whole[: len(whole) // 2], "text": b"not a checkpoint", "empty": b""}[damage])
    with pytest.raises(TrainingError, match=r"Cannot read the checkpoint .*checkpoint\.pt \(.*\); train again or give"):
        read_checkpoint(path)


def test_some_other_file_of_pytorch_is_no_checkpoint(torch: Any, tmp_path: Path) -> None:
    from fer_models.training.checkpoint import read_checkpoint

    torch.save({"weights": torch.zeros(3)}, tmp_path / "other.pt")
    with pytest.raises(TrainingError, match=r"other\.pt is not a checkpoint of fer-models train"):
        read_checkpoint(tmp_path / "other.pt")


@pytest.mark.parametrize(
    ("whole", "commands", "learned"),
    [
        (False, ["fer-models train --preset harden"], False),
        (True, [], True),
        (False, ["fer-models train --whole --seed 0", "fer-models train --preset harden"], True),
    ],
)
def test_held_out_images_stay_learned_in_the_runs_that_follow(whole: bool, commands: list[str], learned: bool) -> None:
    from fer_models.training.checkpoint import learned_held_out

    assert learned_held_out({**state(), "recipe": {"whole": whole}, "commands": commands}) is learned
