"""What a finder's file says of a picture: one map a stride, read as faces.

Channels of a cell: 0, the score as a logit; 1 and 2, from the cell's middle to the box's, in strides; 3 and 4, the
logarithms of the box's width and height in strides; 5 to 14, from the cell's middle to the right eye, left eye, nose,
right and left corner of the mouth, as the person has them, in strides.
"""

from dataclasses import dataclass
from typing import Sequence

import numpy as np
import numpy.typing as npt
from fer_wire.contracts import STRIDES

Floats = npt.NDArray[np.float32]

SCORE, MIDDLE, SIZE, POINTS = 0, slice(1, 3), slice(3, 5), slice(5, 15)

LARGEST_LOGARITHM = 4.0
"""No box is larger than e⁴ strides, whatever a broken file says."""

MOST_CANDIDATES = 400

MAX_OVERLAP = 0.4
"""Boxes that share more of their union show one face."""

MAX_NESTED = 0.7
"""So do boxes of which one lies in the other with more of its area. Faces beside each other stay below both."""


@dataclass(frozen=True)
class FoundFaces:
    """Faces of one picture, the surest first.

    boxes: N × 4 (left, top, right, bottom), pixels. scores: N, 0–1. points: N × 5 × 2.
    """

    boxes: Floats
    scores: Floats
    points: Floats

    def __len__(self) -> int:
        return len(self.boxes)

    def chosen(self, which: npt.NDArray[np.intp]) -> "FoundFaces":
        """Those of these places."""
        return FoundFaces(self.boxes[which], self.scores[which], self.points[which])


def decoded(outputs: Sequence[Floats], min_score: float) -> FoundFaces:
    """What the cells of one picture say that are sure enough; outputs: 1 × 15 × rows × columns for each stride.

    Cells side by side say the same face; unrepeated() leaves one of them.
    """
    logit = np.log(min_score / (1 - min_score))
    levels = [_sure(output[0], stride, logit) for output, stride in zip(outputs, STRIDES)]
    cells, at, unit = (np.concatenate(parts) for parts in zip(*levels))
    surest = np.argsort(-cells[:, SCORE], kind="stable")[:MOST_CANDIDATES]
    cells, at, unit = cells[surest], at[surest], unit[surest]
    middle = at + cells[:, MIDDLE] * unit
    reach = np.exp(np.minimum(cells[:, SIZE], LARGEST_LOGARITHM)) * unit / 2
    points = at[:, np.newaxis] + cells[:, POINTS].reshape(-1, 5, 2) * unit[:, np.newaxis]
    boxes = np.concatenate([middle - reach, middle + reach], axis=1)
    scores = 1 / (1 + np.exp(-cells[:, SCORE]))
    return FoundFaces(boxes.astype(np.float32), scores.astype(np.float32), points.astype(np.float32))


def _sure(cells: Floats, stride: int, logit: float) -> Sequence[Floats]:
    rows, columns = np.nonzero(cells[SCORE] >= logit)
    at = (np.stack([columns, rows], axis=1) + 0.5) * stride
    return cells[:, rows, columns].T, at.astype(np.float32), np.full((len(rows), 1), stride, np.float32)


def unrepeated(faces: FoundFaces) -> FoundFaces:
    """Each face once: its surest box, without those that overlap it too much, lie in it or around it."""
    boxes, areas = faces.boxes, np.prod(faces.boxes[:, 2:] - faces.boxes[:, :2], axis=1)
    left, kept = np.arange(len(boxes)), []
    while len(left):
        first, rest = left[0], left[1:]
        kept.append(first)
        low = np.maximum(boxes[first, :2], boxes[rest, :2])
        high = np.minimum(boxes[first, 2:], boxes[rest, 2:])
        shared = np.prod(np.clip(high - low, 0, None), axis=1)
        overlap = shared / np.maximum(areas[first] + areas[rest] - shared, 1e-9)
        nested = shared / np.maximum(np.minimum(areas[first], areas[rest]), 1e-9)
        left = rest[(overlap <= MAX_OVERLAP) & (nested <= MAX_NESTED)]
    return faces.chosen(np.array(kept, np.intp))
