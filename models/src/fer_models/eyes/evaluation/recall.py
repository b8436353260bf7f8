"""How many faces a finder found, and how many it saw where there is none."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from fer_models.eyes.boxes import Faces, overlaps
from fer_models.eyes.evaluation.cases import FACELESS, Case
from fer_models.eyes.imaging import Grey

MATCH = 0.3
"""A face counts as found when its box and a seen one share this much of their union: peers draw theirs differently."""


class FaceFinder(Protocol):
    """Anything that finds faces."""

    name: str

    def find(self, picture: Grey) -> Faces:
        """The faces of a grey picture of any size."""


@dataclass
class Tally:
    """What was found of one kind of picture.

    false: boxes that show no face. blamed: pictures with such a box. cpu_ms: processor time of all pictures.
    """

    pictures: int = 0
    faces: int = 0
    found: int = 0
    false: int = 0
    blamed: int = 0
    cpu_ms: float = 0.0

    @property
    def recall(self) -> float:
        """The share of the faces that was found, 0–1; 1 where there were none."""
        return self.found / self.faces if self.faces else 1.0


@dataclass
class Result:
    """A finder's tallies by kind of picture, and those of clips by their names."""

    finder: str
    tallies: dict[str, Tally] = field(default_factory=dict)
    clips: dict[str, Tally] = field(default_factory=dict)


def measured(finder: FaceFinder, cases: Iterable[Case]) -> Result:
    """Let the finder look at every case."""
    result = Result(finder.name)
    for case in cases:
        tally = result.tallies.setdefault(case.name, Tally())
        started = time.process_time()
        seen = finder.find(case.pixels)
        tally.cpu_ms += (time.process_time() - started) * 1000
        _count(tally, case, seen)
    return result


def _count(tally: Tally, case: Case, seen: Faces) -> None:
    found, false = matched(case, seen)
    tally.pictures += 1
    tally.faces += len(case.boxes)
    tally.found += found
    tally.false += false
    tally.blamed += false > 0


def matched(case: Case, seen: Faces) -> tuple[int, int]:
    """How many of the case's faces were seen, each box counting for one, and how many boxes show none."""
    shared = overlaps(seen.boxes, case.boxes)
    free = np.ones(len(case.boxes), bool)
    false = 0
    for row, box in zip(shared, seen.boxes, strict=True):
        best = int(np.argmax(row * free)) if free.any() else -1
        if best >= 0 and free[best] and row[best] >= MATCH:
            free[best] = False
        elif not _excused(box[np.newaxis], row, case):
            false += 1
    return int((~free).sum()), false


def _excused(box: np.ndarray, row: np.ndarray, case: Case) -> bool:
    """A second box on a face, or one on a face that may be found or not."""
    return bool((row >= MATCH).any() or (overlaps(box, case.optional) >= MATCH).any())


def summary(result: Result) -> dict[str, float]:
    """Recall in percent by kind, and false faces in a hundred faceless pictures."""
    shares = {name: round(100 * tally.recall, 1) for name, tally in result.tallies.items() if tally.faces}
    faceless = result.tallies.get(FACELESS)
    return {**shares, "false_per_100": round(100 * faceless.false / faceless.pictures, 1)} if faceless else shares
