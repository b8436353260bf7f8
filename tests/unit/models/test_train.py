"""A run learns, goes on where it was, and says what stops it."""

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fer_models.errors import TrainingError
from made_models import made_faces

pytestmark = pytest.mark.training

HELD_OUT = made_faces(14, seed=1)


class Interruption(Exception):  # noqa: N818  # no error: what stops a run from outside
    """The run is stopped from outside."""


@pytest.fixture
def train() -> Iterator[ModuleType]:
    torch = pytest.importorskip("torch", exc_type=ImportError)
    from fer_models import train

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield train
    torch.set_num_threads(threads)


def recipe(train: ModuleType, **changes: Any) -> Any:
    still = train.Augmentation(0, 0, 0, 0, 0, 0, 0)
    return train.Recipe(**{"width": 0.05, "epochs": 3, "batch": 14, "augmentation": still, **changes})


def test_a_small_run_learns_made_up_faces_by_heart(train: ModuleType, tmp_path: Path) -> None:
    entries: list[dict[str, Any]] = []
    faces = made_faces(56)
    chosen = recipe(train, epochs=25, peak_learning_rate=0.05, ema_decay=0.9)
    network = train.Run(chosen, faces, HELD_OUT, tmp_path).fit(entries.append)
    assert train.accuracy(network, faces) == 1.0
    assert entries[-1]["train_loss"] < entries[0]["train_loss"]


def test_a_run_stopped_and_resumed_ends_with_the_weights_of_an_unbroken_one(train: ModuleType, tmp_path: Path) -> None:
    unbroken = train.Run(recipe(train), made_faces(42), HELD_OUT, tmp_path / "unbroken").fit(lambda _: None)

    def stop(_: dict[str, Any]) -> None:
        raise Interruption

    with pytest.raises(Interruption):
        train.Run(recipe(train), made_faces(42), HELD_OUT, tmp_path / "broken").fit(stop)
    resumed = train.Run(recipe(train), made_faces(42), HELD_OUT, tmp_path / "broken").fit(lambda _: None)
    for name, weights in unbroken.state_dict().items():
        assert weights.equal(resumed.state_dict()[name]), name


def test_a_finished_run_has_nothing_more_to_do(train: ModuleType, tmp_path: Path) -> None:
    train.Run(recipe(train, epochs=1), made_faces(14), HELD_OUT, tmp_path).fit(lambda _: None)
    again: list[dict[str, Any]] = []
    train.Run(recipe(train, epochs=1), made_faces(14), HELD_OUT, tmp_path).fit(again.append)
    assert again == []
    assert len((tmp_path / train.LOG).read_text().splitlines()) == 1


def test_a_checkpoint_gives_the_averaged_network(train: ModuleType, tmp_path: Path) -> None:
    network = train.Run(recipe(train, epochs=1), made_faces(28), HELD_OUT, tmp_path).fit(lambda _: None)
    loaded = train.load_trained(tmp_path / train.CHECKPOINT)
    faces = train.as_input(HELD_OUT.images)
    assert loaded(faces).allclose(network.eval()(faces), atol=1e-5)


def test_a_loss_that_is_no_number_stops_the_run_with_a_sentence(train: ModuleType, tmp_path: Path) -> None:
    run = train.Run(recipe(train, peak_learning_rate=1e12), made_faces(56), HELD_OUT, tmp_path)
    with pytest.raises(
        TrainingError, match=r"The loss became (nan|inf) in epoch \d of .*; train again with another --seed"
    ):
        run.fit(lambda _: None)


def test_too_few_images_are_said_before_the_first_epoch(train: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"7 training and 14 held-out images are too few; at least 14 and 1"):
        train.Run(recipe(train), made_faces(7), HELD_OUT, tmp_path)


def test_a_run_is_not_resumed_with_another_recipe(train: ModuleType, tmp_path: Path) -> None:
    train.Run(recipe(train, epochs=1), made_faces(14), HELD_OUT, tmp_path).fit(lambda _: None)
    with pytest.raises(TrainingError, match=r"was made with another recipe; give the same options or another --out"):
        train.Run(recipe(train, epochs=2), made_faces(14), HELD_OUT, tmp_path).fit(lambda _: None)


@pytest.mark.parametrize("damage", ["truncated", "text", "empty"])
def test_a_damaged_checkpoint_is_refused_with_a_sentence(train: ModuleType, damage: str, tmp_path: Path) -> None:
    train.Run(recipe(train, epochs=1), made_faces(14), HELD_OUT, tmp_path).fit(lambda _: None)
    path = tmp_path / train.CHECKPOINT
    whole = path.read_bytes()
    path.write_bytes({"truncated": whole[: len(whole) // 2], "text": b"not a checkpoint", "empty": b""}[damage])
    with pytest.raises(TrainingError, match=r"Cannot read the checkpoint .*checkpoint\.pt \(.*\); train again or give"):
        train.load_trained(path)


def test_some_other_file_of_pytorch_is_no_checkpoint(train: ModuleType, tmp_path: Path) -> None:
    import torch

    torch.save({"weights": torch.zeros(3)}, tmp_path / "other.pt")
    with pytest.raises(TrainingError, match=r"other\.pt is no checkpoint of fer-models train"):
        train.load_trained(tmp_path / "other.pt")
