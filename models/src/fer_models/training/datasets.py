"""What a run is trained on and watched by: the training images, a tenth of them held out, and FER+'s votes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from fer_models.data.faces import Faces, hold_out
from fer_models.data.ferplus import load_votes, translated
from fer_models.data.sources import TRAINING, load_all
from fer_models.training.checkpoint import digest
from fer_models.training.recipe import Recipe
from fer_models.training.soft_labels import mean_answers, model_file
from fer_models.training.tensors import FaceTensors, face_tensors

AUTO, NONE = "auto", "none"
VOTES_FILE = "ferplus_votes.csv"


@dataclass(frozen=True)
class DataSources:
    """Where the images and the votes come from; votes: a file, auto (beside the data, if it is there) or none."""

    data: tuple[Path, ...]
    label_map: Path | None = None
    votes: str = AUTO
    tutors: tuple[Path, ...] = ()

    def votes_file(self) -> Path | None:
        """The file of the votes, or None where they are not wanted or not there."""
        if self.votes == NONE:
            return None
        if self.votes != AUTO:
            return Path(self.votes)
        found = [folder / VOTES_FILE for folder in _folders(self.data) if (folder / VOTES_FILE).is_file()]
        return found[0] if found else None


def training_and_held_out(
    sources: DataSources,
    recipe: Recipe,
    device: torch.device,
    on_asked: Callable[[int, int], None] = lambda _done, _all: None,
) -> tuple[FaceTensors, FaceTensors | None]:
    """(to learn from, to watch by); the held-out faces have hard labels alone, and a whole recipe leaves none.

    on_asked hears how far the tutors are. Raises DatasetError when the votes fit none of the images.
    """
    every = load_all(sources.data, TRAINING, sources.label_map)
    chosen, held_out = (every, None) if recipe.whole else hold_out(every)
    said = mean_answers(sources.tutors, chosen, on_asked) if sources.tutors and recipe.tutor_share else None
    learned = face_tensors(chosen, recipe, device, _translated(sources, chosen, recipe), said)
    return learned, None if held_out is None else face_tensors(held_out, recipe, device)


def learned_from(sources: DataSources) -> Faces:
    """The faces that a run learns from, without those that it is watched by."""
    return hold_out(load_all(sources.data, TRAINING, sources.label_map))[0]


def held_out_tensors(sources: DataSources, recipe: Recipe, device: torch.device) -> FaceTensors:
    """The faces to watch by alone."""
    _, held_out = hold_out(load_all(sources.data, TRAINING, sources.label_map))
    return face_tensors(held_out, recipe, device)


def with_tutors(recipe: Recipe, sources: DataSources, share: float) -> Recipe:
    """The recipe with the sources' tutors in it, if there are any."""
    if not sources.tutors:
        return recipe
    return replace(recipe, tutor_share=share, tutors=tuple(digest(model_file(tutor)) for tutor in sources.tutors))


def _translated(sources: DataSources, faces: Faces, recipe: Recipe) -> npt.NDArray[np.float32] | None:
    path = sources.votes_file() if recipe.votes_share else None
    if path is None:
        return None
    return translated(load_votes(path, faces), faces.labels)


def _folders(data: Sequence[Path]) -> list[Path]:
    return [folder for path in data for folder in (path, path.parent) if folder.is_dir()]
