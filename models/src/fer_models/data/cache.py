"""Faces kept decoded between runs, so that a data set loads in a fraction of a second."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from zipfile import BadZipFile
from zlib import error as ZlibError  # noqa: N812  # its own name says nothing

import numpy as np
from fer_wire.whole_files import written_whole

from fer_models.data.container import files_below
from fer_models.data.faces import FACE_PX, LabelledFaces
from fer_models.data.label_map import LabelMap

VERSION = 1  # counts up when a reader or the format of the cache changes
VARIABLE = "FER_MODELS_CACHE"
OFF = "off"
KEPT = 12
TAIL_BYTES = 65_536
DAMAGED = (OSError, ValueError, TypeError, KeyError, EOFError, BadZipFile, ZlibError)


def cache_folder() -> Path | None:
    """FER_MODELS_CACHE, or fer-models in the user's cache folder; None when the variable says off."""
    chosen = os.environ.get(VARIABLE, "")
    if chosen == OFF:
        return None
    root = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111  # never raises
    return Path(chosen or root) if chosen else Path(root, "fer-models")


def cache_file(folder: Path | None, source: Path, split: str, label_map: LabelMap | None) -> Path | None:
    """The file that keeps these faces; None without a folder or a source.

    Its name comes from what decides the faces: the source's size, time and last bytes (for a folder, each file's name,
    size and time), split, label map and version, but not the source's path.
    """
    try:
        known = (VERSION, split, sorted(label_map.items()) if label_map is not None else None, list(_identity(source)))
    except OSError:
        return None
    digest = hashlib.sha256(json.dumps(known).encode(errors="surrogateescape")).hexdigest()
    return folder / f"{split}-{digest[:32]}.npz" if folder else None


def recall(path: Path) -> LabelledFaces | None:
    """The faces kept in this file, or None when it is missing or damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            faces = LabelledFaces(kept["images"], kept["labels"], kept["names"].tolist())
        os.utime(path)
    except DAMAGED:
        return None
    return faces if _is_sound(faces) else None


def remember(path: Path, faces: LabelledFaces) -> None:
    """Keep the faces, whole or not at all, and drop the least recently used files; an unwritable folder is ignored."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path) as file:
            np.savez(file, images=faces.images, labels=faces.labels, names=np.array(faces.names))
        for old in sorted(path.parent.glob("*.npz"), key=lambda each: each.stat().st_mtime, reverse=True)[KEPT:]:
            old.unlink()
    except OSError:
        return


def _identity(source: Path) -> Iterator[tuple[str, int, int]]:
    if source.is_dir():
        yield from sorted((name, *_stat(source / name)) for name in files_below(source))
        return
    with source.open("rb") as file:
        file.seek(-min(TAIL_BYTES, source.stat().st_size), os.SEEK_END)
        yield hashlib.sha256(file.read()).hexdigest() + source.suffix.lower(), *_stat(source)


def _stat(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _is_sound(faces: LabelledFaces) -> bool:
    return (
        faces.images.dtype == np.uint8
        and faces.labels.dtype == np.int64
        and faces.images.shape == (len(faces.names), FACE_PX, FACE_PX)
        and faces.labels.shape == (len(faces.names),)
    )
