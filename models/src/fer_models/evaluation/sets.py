"""The sets that a model is measured on in one table: data sets, what FER+'s taggers saw, and poor pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fer_models.data.faces import LabelledFaces
from fer_models.data.ferplus import agreed, load_votes
from fer_models.data.sources import load_split
from fer_models.evaluation.conditions import CONDITIONS

MAJORITY, AGREEMENT = "FER+ majority", "FER+ agreement"
LEAST_AGREEMENT = 0.7


@dataclass(frozen=True)
class FaceSet:
    """name and about: for people; faces: with the labels that count here."""

    name: str
    about: str
    faces: LabelledFaces


def face_sets(
    data: Sequence[Path],
    split: str,
    first: LabelledFaces,
    votes: Path | None,
    label_map: Path | None = None,
    *,
    poor_pictures: bool = False,
) -> list[FaceSet]:
    """first, the faces of the first data set, by its own labels and by the votes; the other data sets; poor pictures.

    Raises DatasetError when votes or another data set are unusable.
    """
    sets = [FaceSet(data[0].stem, f"{split}, its own labels", first)]
    if votes:
        sets += _by_votes(first, votes)
    sets += [FaceSet(each.stem, f"{split}, its own labels", load_split(each, split, label_map)) for each in data[1:]]
    return [*sets, *(_poor(first) if poor_pictures else ())]


def _by_votes(first: LabelledFaces, path: Path) -> Iterator[FaceSet]:
    votes = load_votes(path, first)
    several = f"at least {LEAST_AGREEMENT:.0%} of the taggers agree".replace("%", " %")
    for name, share, about in (
        (MAJORITY, 0.0, "the taggers' most frequent answer"),
        (AGREEMENT, LEAST_AGREEMENT, several),
    ):
        yield FaceSet(name, about, _relabelled(first, *agreed(votes, share)))


def _relabelled(faces: LabelledFaces, indices: npt.NDArray[np.int64], labels: npt.NDArray[np.int64]) -> LabelledFaces:
    chosen = faces.take(indices)
    return LabelledFaces(chosen.images, labels, chosen.names)


def _poor(first: LabelledFaces) -> Iterator[FaceSet]:
    for name, (about, spoil) in CONDITIONS.items():
        yield FaceSet(name, about, LabelledFaces(spoil(first.images), first.labels, first.names))
