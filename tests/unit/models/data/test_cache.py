"""Decoded faces are kept and found again, never mistaken, and nothing depends on the cache."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest
from fer_models.data.cache import KEPT, OFF, VARIABLE, cache_folder
from fer_models.data.faces import LabelledFaces
from fer_models.data.sources import PUBLIC_TEST, TRAINING, load_through_cache
from made_models import made_faces, write_images


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write_images(tmp_path / "data", TRAINING, made_faces(14))
    write_images(tmp_path / "data", PUBLIC_TEST, made_faces(7, seed=1))
    return tmp_path / "data"


def test_a_second_load_comes_from_the_cache_and_is_the_same(data: Path) -> None:
    one, other = load_through_cache(data, TRAINING), load_through_cache(data, TRAINING)
    assert (one.cached, other.cached) == (False, True)
    assert _same(one.faces, other.faces)


def test_splits_are_kept_apart(data: Path) -> None:
    load_through_cache(data, TRAINING)
    assert not load_through_cache(data, PUBLIC_TEST).cached
    assert len(load_through_cache(data, PUBLIC_TEST).faces) == 7


def test_a_copy_elsewhere_is_known(data: Path, tmp_path: Path) -> None:
    load_through_cache(data, TRAINING)
    shutil.copytree(data, tmp_path / "copy")
    assert load_through_cache(tmp_path / "copy", TRAINING).cached


def test_a_zip_is_known_by_what_it_holds_and_not_by_its_place(data: Path, tmp_path: Path) -> None:
    packed = Path(shutil.make_archive(str(tmp_path / "packed"), "zip", data))
    load_through_cache(packed, TRAINING)
    moved = packed.rename(tmp_path / "moved.zip")
    assert load_through_cache(moved, TRAINING).cached


def test_a_changed_image_is_read_anew(data: Path) -> None:
    load_through_cache(data, TRAINING)
    changed = data / "train" / "happy" / "Training_00003.jpg"
    changed.write_bytes((data / "train" / "sad" / "Training_00004.jpg").read_bytes())
    os.utime(changed, ns=(0, 1))
    again = load_through_cache(data, TRAINING)
    assert not again.cached
    assert _same(again.faces, load_through_cache(data, TRAINING, use_cache=False).faces)


def test_a_zip_rewritten_with_its_size_and_time_is_read_anew(data: Path, tmp_path: Path) -> None:
    packed = Path(shutil.make_archive(str(tmp_path / "packed"), "zip", data))
    load_through_cache(packed, TRAINING)
    before = packed.stat()
    packed.write_bytes(packed.read_bytes().replace(b"train/happy", b"train/angry"))
    os.utime(packed, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert packed.stat().st_size == before.st_size
    with pytest.raises(Exception, match="has no image of happy in Training"):
        load_through_cache(packed, TRAINING)


def test_another_label_map_is_another_reading(data: Path, tmp_path: Path) -> None:
    label_map = tmp_path / "map.json"
    label_map.write_text("{}")
    load_through_cache(data, TRAINING)
    assert not load_through_cache(data, TRAINING, label_map).cached
    assert load_through_cache(data, TRAINING, label_map).cached


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:5000]),
        lambda path: path.write_bytes(_flipped(path.read_bytes())),
        lambda path: np.savez(path, images=np.zeros((3, 48, 48), np.uint8)),
        lambda path: np.savez(path, images=np.zeros(3), labels=np.zeros(3), names=np.array(["a"])),
        lambda path: np.savez(path, images=np.array([{}]), labels=np.zeros(3), names=np.array(["a"])),
    ],
    ids=["emptied", "cut off", "a bit flipped", "without labels", "other shapes", "pickled"],
)
def test_a_damaged_cache_is_rebuilt(data: Path, image_cache: Path, damage: Callable[[Path], None]) -> None:
    first = load_through_cache(data, TRAINING)
    damage(next(image_cache.glob("*.npz")))
    again = load_through_cache(data, TRAINING)
    assert not again.cached
    assert _same(first.faces, again.faces)
    assert load_through_cache(data, TRAINING).cached


def test_a_cache_that_cannot_be_written_is_done_without(data: Path, image_cache: Path) -> None:
    image_cache.write_text("a file where the folder should be")
    assert not load_through_cache(data, TRAINING).cached
    assert not load_through_cache(data, TRAINING).cached


def test_a_write_that_fails_leaves_nothing_behind(
    data: Path, image_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(file: BinaryIO, **_: object) -> None:
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full_disk)
    assert not load_through_cache(data, TRAINING).cached
    assert not list(image_cache.iterdir())


def test_a_read_only_source_is_as_good_as_any(data: Path) -> None:
    for folder in [data, *(path for path in data.rglob("*") if path.is_dir())]:
        folder.chmod(0o555)
    load_through_cache(data, TRAINING)
    assert load_through_cache(data, TRAINING).cached


def test_the_cache_can_be_turned_off(data: Path, image_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not load_through_cache(data, TRAINING, use_cache=False).cached
    monkeypatch.setenv(VARIABLE, OFF)
    assert not load_through_cache(data, TRAINING).cached
    assert not image_cache.exists()


def test_without_a_word_it_lies_in_the_users_cache_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert cache_folder() == Path("/somewhere/fer-models")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/somebody")
    assert cache_folder() == Path("/home/somebody/.cache/fer-models")


def test_only_the_files_used_last_are_kept(data: Path, image_cache: Path) -> None:
    image_cache.mkdir()
    for age in range(KEPT):
        (image_cache / f"Training-{age}.npz").write_bytes(b"")
        os.utime(image_cache / f"Training-{age}.npz", (1000 - age, 1000 - age))
    load_through_cache(data, TRAINING)
    assert len(list(image_cache.iterdir())) == KEPT
    assert not (image_cache / f"Training-{KEPT - 1}.npz").exists()


def _same(one: LabelledFaces, other: LabelledFaces) -> bool:
    return one.names == other.names and (one.images == other.images).all() and bool((one.labels == other.labels).all())


def _flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
