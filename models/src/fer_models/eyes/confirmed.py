"""Finder and landmarker together, as fer-agent begins a track with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from fer_models.eyes.boxes import Faces
from fer_models.eyes.data.landmarks import five_points
from fer_models.eyes.imaging import Floats, Grey
from fer_models.eyes.landmarker.crop import SIDE_PX, crop_matrix, inverse, lean_degrees
from fer_models.eyes.pyramid import Pyramid

NEW_SCORE, LEAST_SURE = 0.24, 0.96
"""The finder's lowest score for a new face, and how sure both must be together."""

BEST_SEEN = 20
"""How far a face is seen is told by so many landmarks."""

LEANS_DEGREES = 20.0
MOST_CERTAIN = 0.9999

Ask = Callable[[Floats], tuple[Floats, Floats, Floats]]
"""A landmarker: crops to landmarks, logits of being seen, and angles."""


class ConfirmedFinder:
    """A finder whose faces count where a landmarker sees them too: the odds of both are multiplied."""

    def __init__(self, find: Callable[[Grey], Faces], ask: Ask, name: str) -> None:
        """The finder is to tell all faces from NEW_SCORE on."""
        self.name, self._find, self._ask = name, find, ask

    def find(self, picture: Grey) -> Faces:
        """The faces of a grey picture of any size of which both are sure."""
        found = self._find(picture)
        if not len(found):
            return found
        seen = self._seen(Pyramid(picture), found.boxes, found.points)
        kept = (found.scores >= NEW_SCORE) & (_odds(found.scores) * _odds(seen) >= LEAST_SURE / (1 - LEAST_SURE))
        return Faces(found.boxes[kept], found.scores[kept], found.points[kept])

    def _seen(self, picture: Pyramid, boxes: Floats, points: Floats) -> npt.NDArray[np.floating]:
        """How far each face is seen, 0–1, at best, whichever way is up."""
        return np.max([self._upright(picture, boxes, _turned(points, quarters)) for quarters in range(4)], axis=0)

    def _upright(self, picture: Pyramid, boxes: Floats, points: Floats) -> npt.NDArray[np.floating]:
        """How far each face is seen; one that leans in its crop is looked at again, upright."""
        landmarks, seen, leans = self._look(picture, boxes, points)
        again = np.nonzero(np.abs(leans) > LEANS_DEGREES)[0]
        if len(again):
            _, upright, _ = self._look(picture, boxes[again], [five_points(landmarks[place]) for place in again])
            seen[again] = np.maximum(seen[again], upright)
        return seen

    def _look(
        self, picture: Pyramid, boxes: Floats, points: Sequence[Floats] | Floats
    ) -> tuple[list[Floats], npt.NDArray[np.floating], list[float]]:
        """Landmarks in the picture, how far each face is seen, and by how many degrees it leans in its crop."""
        matrices = [crop_matrix(box, five) for box, five in zip(boxes, points, strict=True)]
        crops = np.stack([picture.filling(matrix, (SIDE_PX, SIDE_PX)) for matrix in matrices])
        landmarks, visible, _ = self._ask(crops[:, np.newaxis].astype(np.float32))
        best = np.sort(np.clip(visible, -30, 30), axis=1)[:, -BEST_SEEN:]
        there = []
        for matrix, each in zip(matrices, landmarks, strict=True):
            back = inverse(matrix)
            there.append(((each * SIDE_PX - 0.5) @ back[:, :2].T + back[:, 2]).astype(np.float32))
        leans = [lean_degrees(five_points(each)) for each in landmarks]
        return there, (1 / (1 + np.exp(-best))).mean(axis=1), leans


def _turned(points: Floats, quarters: int) -> Floats:
    """Five points, N × 5 × 2, turned by so many right angles around their middle."""
    turn = np.linalg.matrix_power(np.array([[0.0, 1.0], [-1.0, 0.0]]), quarters)
    middle = points.mean(axis=1, keepdims=True)
    return np.asarray((points - middle) @ turn + middle, np.float32)


def _odds(probabilities: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    certain = np.clip(probabilities, 1 - MOST_CERTAIN, MOST_CERTAIN)
    return np.asarray(certain / (1 - certain))
