"""Places without a face where the network saw one, to be shown again until it no longer does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from fer_models.eyes.imaging import Affine

FALSE_SCORE, CLEARED_SCORE = 0.3, 0.1
"""From this score on a faceless sample is remembered; below the other it is forgotten."""

CAPACITY = 2000


@dataclass(frozen=True, slots=True)
class Place:
    """A cut of a background: which, and the matrix that brings what is to be seen there to the cut's (0, 0)."""

    background: int
    matrix: Affine
    key: int

    def shifted(self, by: npt.NDArray[np.floating[Any]]) -> Place:
        """The same place moved in the cut, in pixels."""
        return Place(self.background, np.column_stack([self.matrix[:, :2], self.matrix[:, 2] + by]), self.key)


@dataclass
class HardPlaces:
    """The places that were mistaken for a face, the hardest kept when there are too many."""

    scores: dict[int, float] = field(default_factory=dict)
    places: dict[int, Place] = field(default_factory=dict)
    keys: int = 0

    def __len__(self) -> int:
        return len(self.places)

    def new(self, background: int, matrix: Affine) -> Place:
        """A place not seen before."""
        self.keys += 1
        return Place(background, matrix, self.keys)

    def draw(self, rng: np.random.Generator) -> Place:
        """One of the places; there must be one."""
        keys = list(self.places)
        return self.places[keys[rng.integers(len(keys))]]

    def tell(self, shown: Place, score: float, at: npt.NDArray[np.floating[Any]]) -> None:
        """The network's highest score in a cut, whose matrix shown has, and where it was, in the cut's pixels."""
        place = shown.shifted(-at)
        known = place.key in self.places
        if score >= FALSE_SCORE or (known and score >= CLEARED_SCORE):
            self.places[place.key], self.scores[place.key] = place, score
        elif known:
            del self.places[place.key], self.scores[place.key]
        if len(self.places) > CAPACITY:
            easiest = min(self.scores, key=self.scores.__getitem__)
            del self.places[easiest], self.scores[easiest]
