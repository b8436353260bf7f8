"""What the finder learns from, in memory: scenes with faces, portraits and pictures without a face."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fer_models.errors import DatasetError
from fer_models.eyes.data.archives import (
    BACKGROUNDS,
    FOUND,
    PHOTOGRAPHS,
    PROFILES,
    SCENES,
    VIDEO,
    Annotation,
    read_archive,
)
from fer_models.eyes.pyramid import Pyramid


@dataclass(frozen=True, slots=True)
class Source:
    """One picture to cut samples from."""

    archive: str
    picture: Pyramid
    faces: Annotation


@dataclass(frozen=True, slots=True)
class Library:
    """The pictures by what they are good for.

    scenes have faces in their surroundings, and all of them are listed, save those of found_scenes; portraits show one
    face; backgrounds none.
    """

    scenes: Sequence[Source]
    found_scenes: Sequence[Source]
    portraits: Sequence[Source]
    backgrounds: Sequence[Source]

    def __post_init__(self) -> None:
        """Raises DatasetError when a kind of picture is missing."""
        for kind in ("scenes", "found_scenes", "portraits", "backgrounds"):
            if not getattr(self, kind):
                raise DatasetError(f"There is no picture to train on among the {kind}; give the whole data folder.")


def read_library(folder: Path, *, held: bool = False, progress: Callable[[], None] = lambda: None) -> Library:
    """The training part of all archives in the folder, or the held-out part; raises DatasetError."""

    def read(archive: str) -> list[Source]:
        pictures = read_archive(folder, archive, held=held, progress=progress)
        return [Source(archive, Pyramid(each.pixels), each.faces) for each in pictures]

    portraits = [source for archive in (PHOTOGRAPHS, VIDEO, PROFILES) for source in read(archive)]
    return Library(read(SCENES), read(FOUND), portraits, read(BACKGROUNDS))
