"""What a run learns from and what it is measured on: training images, a tenth of them held out, with soft labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from fer_models.data.faces import LabelledFaces
from fer_models.data.ferplus import AUTO, load_votes, translated, votes_file
from fer_models.data.sources import joined, load_each_held_out
from fer_models.model_files.finished import model_file
from fer_models.training.checkpoint import digest
from fer_models.training.recipe import Recipe, check_numbers
from fer_models.training.tensors import FaceTensors, face_tensors
from fer_models.training.tutor_labels import tutor_labels


@dataclass(frozen=True)
class DataSources:
    """Where images and labels come from.

    data: data sets; label_map: for image folders. votes: a file, auto (ferplus_votes.csv beside the data, if there is
    one) or none. tutors: finished models whose answers become part of the labels.
    """

    data: tuple[Path, ...]
    label_map: Path | None = None
    votes: str = AUTO
    tutors: tuple[Path, ...] = ()

    def votes_found(self) -> Path | None:
        """The file of votes; None where votes are not wanted, or there are none."""
        return votes_file(self.data, self.votes)


def training_and_held_out(
    sources: DataSources,
    recipe: Recipe,
    device: torch.device,
    on_asked: Callable[[int, int], None] = lambda _done, _all: None,
) -> tuple[FaceTensors, FaceTensors | None]:
    """(faces to learn from, faces to measure on). Held-out faces have hard labels; a `whole` recipe holds none out.

    on_asked is told how many faces the tutors have answered for, and of how many. Raises DatasetError when the images
    cannot be read or none of them has votes, UsageError when trust or weights are not one for each data set.
    """
    check_numbers(recipe, len(sources.data))
    parts = load_each_held_out(sources.data, sources.label_map)
    lessons = [joined(part) if recipe.whole else part[0] for part in parts]
    learned, origin = joined(lessons), np.repeat(np.arange(len(lessons)), [len(lesson) for lesson in lessons])
    answers = tutor_labels(sources.tutors, learned, on_asked) if sources.tutors and recipe.tutor_share else None
    tensors = face_tensors(learned, recipe, device, _votes(sources, learned, recipe), answers, origin)
    return tensors, None if recipe.whole else face_tensors(joined([held for _, held in parts]), recipe, device)


def training_faces(sources: DataSources) -> LabelledFaces:
    """The faces that a run learns from, without those that are held out."""
    return joined([rest for rest, _ in load_each_held_out(sources.data, sources.label_map)])


def held_out_tensors(sources: DataSources, recipe: Recipe, device: torch.device) -> FaceTensors:
    """The held-out faces alone."""
    held_out = joined([held for _, held in load_each_held_out(sources.data, sources.label_map)])
    return face_tensors(held_out, recipe, device)


def with_tutors(recipe: Recipe, sources: DataSources, share: float) -> Recipe:
    """The recipe, naming the sources' tutors if there are any; share: what their answers are of a label, 0–1."""
    if not sources.tutors:
        return recipe
    return replace(recipe, tutor_share=share, tutors=tuple(digest(model_file(tutor)) for tutor in sources.tutors))


def _votes(sources: DataSources, faces: LabelledFaces, recipe: Recipe) -> npt.NDArray[np.float32] | None:
    path = sources.votes_found() if recipe.votes_share else None
    if path is None:
        return None
    return translated(load_votes(path, faces), faces.labels)
