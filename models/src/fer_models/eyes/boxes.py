"""Faces that were found, and how far their boxes overlap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fer_models.eyes.imaging import Floats


@dataclass(frozen=True, slots=True)
class Faces:
    """What the finder saw in one picture, the surest first.

    boxes: N × 4 (left, top, right, bottom) in pixels. scores: N, 0–1. points: N × 5 × 2.
    """

    boxes: Floats
    scores: Floats
    points: Floats

    def __len__(self) -> int:
        return len(self.boxes)


def suppressed(boxes: Floats, max_overlap: float) -> npt.NDArray[np.intp]:
    """Which boxes remain when each that overlaps a surer one too much is left out; the surest come first."""
    left = np.arange(len(boxes))
    kept = []
    while len(left):
        kept.append(left[0])
        left = left[1:][overlaps(boxes[left[:1]], boxes[left[1:]])[0] <= max_overlap]
    return np.array(kept, np.intp)


def overlaps(ones: Floats, others: Floats) -> Floats:
    """Intersection over union of every box of the ones with every one of the others."""
    low = np.maximum(ones[:, np.newaxis, :2], others[np.newaxis, :, :2])
    high = np.minimum(ones[:, np.newaxis, 2:], others[np.newaxis, :, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=2)
    areas = [np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) for boxes in (ones, others)]
    return np.asarray(shared / np.maximum(areas[0][:, np.newaxis] + areas[1] - shared, 1e-9), np.float32)
