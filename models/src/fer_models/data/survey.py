"""What data sets contain, before anything is trained on them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from fer_wire.emotions import EMOTIONS

from fer_models.data.balance import POWERS, class_weights
from fer_models.data.duplicates import Duplicates, find_duplicates
from fer_models.data.faces import LabelledFaces
from fer_models.data.ferplus import load_votes
from fer_models.data.images import Progress
from fer_models.data.sources import SPLITS, joined, load_through_cache
from fer_models.errors import DatasetError, EmptySplitError

StartProgress = Callable[[str], Progress]


@dataclass(frozen=True)
class SplitSummary:
    """One split: images in total and by emotion, seconds to load it, and whether all of it came from the cache."""

    split: str
    images: int
    emotions: dict[str, int]
    seconds: float
    cached: bool


@dataclass(frozen=True)
class VotesFound:
    """How many images of a split FER+ has votes for."""

    split: str
    images: int
    matched: int


@dataclass(frozen=True)
class Survey:
    """class_weights: of the first split, by kind of weighting and emotion; votes: None when no file was given."""

    parts: tuple[SplitSummary, ...]
    duplicates: tuple[Duplicates, ...]
    class_weights: dict[str, dict[str, float]]
    votes: VotesFound | None

    def as_dict(self) -> dict[str, Any]:
        """The survey as JSON takes it."""
        return asdict(self)


def survey(
    sources: Sequence[Path], label_map: Path | None, votes: Path | None, watch: StartProgress, use_cache: bool = True
) -> Survey:
    """Load every split that a source has and look for duplicates; watch is told what starts, and then its progress.

    Raises DatasetError when a source cannot be read, or none has any split.
    """
    loaded: dict[str, tuple[LabelledFaces, SplitSummary]] = {}
    for split in SPLITS:
        found = _load(sources, split, label_map, watch(f"reading {split}"), use_cache)
        if found:
            loaded[split] = found
    if not loaded:
        raise DatasetError(f"{sources[0]} has no image for any of {', '.join(SPLITS)}; give a data set.")
    splits = {split: faces for split, (faces, _) in loaded.items()}
    first = next(iter(splits))
    return Survey(
        parts=tuple(part for _, part in loaded.values()),
        duplicates=tuple(find_duplicates(splits, watch("looking for duplicates"))),
        class_weights={
            how: _by_emotion(class_weights(splits[first].labels, how).astype(np.float64).round(4)) for how in POWERS
        },
        votes=_votes(votes, first, splits) if votes else None,
    )


def _load(
    sources: Sequence[Path], split: str, label_map: Path | None, on_done: Progress, use_cache: bool
) -> tuple[LabelledFaces, SplitSummary] | None:
    """The split of every source that has it, and its figures."""
    started = time.perf_counter()
    found = []
    for source in sources:
        try:
            found.append(load_through_cache(source, split, label_map, on_done, use_cache))
        except EmptySplitError:
            continue
    if not found:
        return None
    faces = joined([each.faces for each in found])
    emotions = _by_emotion(np.bincount(faces.labels, minlength=len(EMOTIONS)))
    seconds = round(time.perf_counter() - started, 3)
    return faces, SplitSummary(split, len(faces), emotions, seconds, all(each.cached for each in found))


def _votes(path: Path, split: str, splits: Mapping[str, LabelledFaces]) -> VotesFound:
    faces = splits[split]
    return VotesFound(split, len(faces), int((load_votes(path, faces).sum(axis=1) > 0).sum()))


def _by_emotion(values: np.ndarray[Any, Any]) -> dict[str, Any]:
    return dict(zip(EMOTIONS, values.tolist(), strict=True))
