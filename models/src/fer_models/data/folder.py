"""Any other image data set: class folders, also within train, val and test folders, read through a label map."""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath

import numpy as np

from fer_models.data.container import Container
from fer_models.data.faces import LabelledFaces
from fer_models.data.images import Progress, decoded, fit_to_face, image_names
from fer_models.data.label_map import LabelMap, emotion_index
from fer_models.data.splits import PRIVATE_TEST, PUBLIC_TEST, TRAINING
from fer_models.errors import DatasetError, EmptySplitError

TRAIN, VALIDATION, TEST, NOTHING = "train", "val", "test", ""
EXPECTED = f"{{{TRAIN},{VALIDATION},{TEST}}}"
SPLIT_FOLDERS = {
    "train": TRAIN,
    "training": TRAIN,
    "val": VALIDATION,
    "valid": VALIDATION,
    "validation": VALIDATION,
    "test": TEST,
    "testing": TEST,
}
# Without such folders each tenth of a data set is one of these, chosen by the bytes of the file, so that copies stay
# together and an image added later moves no other.
TENTHS = (TRAINING,) * 8 + (PUBLIC_TEST, PRIVATE_TEST)


def read_folder(container: Container, split: str, label_map: LabelMap | None, on_done: Progress) -> LabelledFaces:
    """The images of one split, sorted by path, grey, 48×48.

    Training is the train folder, PublicTest the val folder, or the test folder where there is no other, PrivateTest
    the test folder beside a val folder. Raises DatasetError when there are none, when one cannot be read, and
    for a class folder that the map does not name.
    """
    members = _members(container, split)
    emotions = {folder: emotion_index(str(container.source), folder, label_map) for folder in _classes(container)}
    labelled = [(name, label) for name in members if (label := emotions[_class(container, name)]) is not None]
    if not labelled:
        raise EmptySplitError(f"{container.source} has no image for {split}; expected CLASS/* or {EXPECTED}/CLASS/*.")
    names = [name for name, _ in labelled]
    labels = np.array([label for _, label in labelled], np.int64)
    return LabelledFaces(decoded(container, names, fit_to_face, on_done), labels, names)


def _members(container: Container, split: str) -> list[str]:
    names = image_names(container)
    parts = {name: _part(name) for name in names}
    found = set(parts.values()) - {None}
    if not found:
        return [name for name in names if _drawn(container.read(name)) == split]
    return [name for name in names if parts[name] == _part_of_split(split, VALIDATION in found)]


def _part_of_split(split: str, has_validation: bool) -> str:
    if split == TRAINING:
        return TRAIN
    if has_validation:
        return VALIDATION if split == PUBLIC_TEST else TEST
    return TEST if split == PUBLIC_TEST else NOTHING


def _part(name: str) -> str | None:
    folders = PurePosixPath(name).parts[:-2]
    return SPLIT_FOLDERS.get(folders[-1].lower()) if folders else None


def _drawn(data: bytes) -> str:
    return TENTHS[int.from_bytes(hashlib.blake2b(data, digest_size=8).digest()) % len(TENTHS)]


def _classes(container: Container) -> list[str]:
    """The class folders of all splits, so that one missing from the label map is found at once."""
    names = image_names(container)
    inside = [name for name in names if _part(name)] or names
    return sorted({_class(container, name) for name in inside})


def _class(container: Container, name: str) -> str:
    folders = PurePosixPath(name).parts[:-1]
    if not folders:
        raise DatasetError(f"{container.where(name)} is not in a class folder; expected CLASS/* or {EXPECTED}/CLASS/*.")
    return folders[-1]
