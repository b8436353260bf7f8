"""Labelled faces from any data set that fer-models can read: detects the format, and caches what it has read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from fer_wire.emotions import EMOTIONS

from fer_models.data.cache import cache_file, cache_folder, recall, remember
from fer_models.data.container import TAR_SUFFIXES, Container, opened
from fer_models.data.faces import LabelledFaces, hold_out
from fer_models.data.fer2013 import is_layout, read_layout
from fer_models.data.fer2013_table import TABLES, read_table, table_of
from fer_models.data.folder import read_folder
from fer_models.data.images import Progress, image_names
from fer_models.data.label_map import LabelMap, read_label_map
from fer_models.data.splits import PRIVATE_TEST, PUBLIC_TEST, SPLITS, TRAINING
from fer_models.errors import DatasetError

__all__ = [
    "PRIVATE_TEST",
    "PUBLIC_TEST",
    "SPLITS",
    "TRAINING",
    "LoadedSplit",
    "joined",
    "load_all",
    "load_each_held_out",
    "load_split",
    "load_through_cache",
]


@dataclass(frozen=True)
class LoadedSplit:
    """One split, and whether it came from the cache."""

    faces: LabelledFaces
    cached: bool


def load_split(source: Path, split: str, label_map: Path | None = None) -> LabelledFaces:
    """One split of one data set: FER2013 as zip, folder or CSV, or another image folder through its label map.

    Raises DatasetError when the source, a file in it or the map is unusable, or an emotion has no image.
    """
    return load_through_cache(source, split, label_map).faces


def load_all(sources: Sequence[Path], split: str, label_map: Path | None = None) -> LabelledFaces:
    """One split of several data sets, one after the other; raises DatasetError like load_split."""
    parts = [load_split(source, split, label_map) for source in sources]
    if not parts:
        raise DatasetError("No data set is given; name at least one with --data.")
    return joined(parts)


def load_each_held_out(
    sources: Sequence[Path], label_map: Path | None = None
) -> list[tuple[LabelledFaces, LabelledFaces]]:
    """Of each data set's Training images, (the rest, those held out): whatever is beside it, they stay the same."""
    return [hold_out(load_split(source, TRAINING, label_map)) for source in sources]


def joined(parts: Sequence[LabelledFaces]) -> LabelledFaces:
    """The faces of all parts, in order."""
    if len(parts) == 1:
        return parts[0]
    return LabelledFaces(
        np.concatenate([part.images for part in parts]),
        np.concatenate([part.labels for part in parts]),
        [name for part in parts for name in part.names],
    )


def load_through_cache(
    source: Path,
    split: str,
    label_map: Path | None = None,
    on_done: Progress = lambda _done, _all: None,
    use_cache: bool = True,
) -> LoadedSplit:
    """Like load_split, but says whether the cache had the faces; on_done is told how many are read, of how many."""
    if split not in SPLITS:
        raise DatasetError(f"There is no split {split!r}; choose {', '.join(SPLITS)}.")
    classes = read_label_map(label_map) if label_map else None
    kept = cache_file(cache_folder() if use_cache else None, source, split, classes)
    found = recall(kept) if kept else None
    if found:
        return LoadedSplit(found, cached=True)
    with opened(source) as container:
        faces = _read(container, split, classes, on_done)
    _check_emotions(source, split, faces)
    if kept:
        remember(kept, faces)
    return LoadedSplit(faces, cached=False)


def _read(container: Container, split: str, label_map: LabelMap | None, on_done: Progress) -> LabelledFaces:
    table = table_of(container)
    if table:
        return read_table(container, table, split, on_done)
    if container.source.name.lower().endswith(TAR_SUFFIXES):
        raise DatasetError(f"{container.source} has no {' or '.join(TABLES)}; unpack it and give the folder.")
    if not image_names(container):
        raise DatasetError(f"{container.source} has no images and no {' or '.join(TABLES)}; give a data set.")
    if is_layout(container):
        return read_layout(container, split, on_done)
    return read_folder(container, split, label_map, on_done)


def _check_emotions(source: Path, split: str, faces: LabelledFaces) -> None:
    counts = np.bincount(faces.labels, minlength=len(EMOTIONS))
    missing = [emotion for emotion, count in zip(EMOTIONS, counts, strict=True) if not count]
    if missing:
        raise DatasetError(
            f"{source} has no image of {', '.join(missing)} in {split}; all seven emotions are needed, "
            "so add images of it or take the whole data set."
        )
