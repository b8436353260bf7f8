"""What a run is trained on and watched by: the training images, a tenth of them held out, and FER+'s votes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from fer_models.data.faces import Faces, hold_out
from fer_models.data.ferplus import load_votes, translated
from fer_models.data.sources import TRAINING, load_all
from fer_models.deck import Deck, deal
from fer_models.recipe import Recipe

AUTO, NONE = "auto", "none"
VOTES_FILE = "ferplus_votes.csv"


@dataclass(frozen=True)
class Sources:
    """Where the images and the votes come from; votes: a file, auto (beside the data, if it is there) or none."""

    data: tuple[Path, ...]
    label_map: Path | None = None
    votes: str = AUTO

    def votes_file(self) -> Path | None:
        """The file of the votes, or None where they are not wanted or not there."""
        if self.votes == NONE:
            return None
        if self.votes != AUTO:
            return Path(self.votes)
        found = [folder / VOTES_FILE for folder in _folders(self.data) if (folder / VOTES_FILE).is_file()]
        return found[0] if found else None


def decks(sources: Sources, recipe: Recipe, device: torch.device) -> tuple[Deck, Deck]:
    """(to learn from, to watch by); the held-out faces have hard labels alone.

    Raises DatasetError when the votes fit none of the images.
    """
    chosen, held_out = hold_out(load_all(sources.data, TRAINING, sources.label_map))
    return deal(chosen, recipe, device, _translated(sources, chosen, recipe)), deal(held_out, recipe, device)


def _translated(sources: Sources, faces: Faces, recipe: Recipe) -> npt.NDArray[np.float32] | None:
    path = sources.votes_file() if recipe.votes_share else None
    if path is None:
        return None
    return translated(load_votes(path, faces), faces.labels)


def _folders(data: Sequence[Path]) -> list[Path]:
    return [folder for path in data for folder in (path, path.parent) if folder.is_dir()]
