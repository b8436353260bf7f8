"""The finder's output: one map a stride, a cell's raw values, and the faces that they say.

The contract of a finder file. Input `image`: float32, N × 1 × H × W, grey, raw 0–255; H and W are multiples of 32.
Outputs `stride8`, `stride16`, `stride32`: float32, N × 15 × H/stride × W/stride. The channels of a cell:

- 0: score as a logit
- 1, 2: from the cell's middle to the box's middle, x and y, in strides
- 3, 4: logarithm of the box's width and height in strides
- 5 to 14: from the cell's middle to the right eye, left eye, nose, right and left mouth corner, x and y, in strides
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fer_models.eyes.boxes import Faces, suppressed
from fer_models.eyes.imaging import Floats

STRIDES = (8, 16, 32)
COARSEST = STRIDES[-1]
CHANNELS = 15
SCORE, MIDDLE, SIZE, POINTS = 0, slice(1, 3), slice(3, 5), slice(5, 15)
INPUT = "image"
OUTPUTS = tuple(f"stride{stride}" for stride in STRIDES)

MIN_SCORE, MAX_OVERLAP = 0.5, 0.4
LARGEST_LOGARITHM = 4.0
"""No box is larger than e⁴ strides, whatever a broken file says."""

MOST_CANDIDATES = 400


def middles(width: int, height: int, strides: Sequence[int] = STRIDES) -> tuple[Floats, Floats]:
    """The middle of every cell (G × 2) and its stride (G), level after level, each row by row."""
    xy, strides_px = [], []
    for stride in strides:
        across, down = np.meshgrid(np.arange(width // stride), np.arange(height // stride))
        xy.append((np.stack([across.ravel(), down.ravel()], axis=1) + 0.5) * stride)
        strides_px.append(np.full(across.size, stride))
    return np.concatenate(xy).astype(np.float32), np.concatenate(strides_px).astype(np.float32)


def decode(outputs: Sequence[Floats], min_score: float = MIN_SCORE, max_overlap: float = MAX_OVERLAP) -> list[Faces]:
    """The faces of each picture in the batch, from the outputs in the order of their strides."""
    height, width = (size * STRIDES[0] for size in outputs[0].shape[2:])
    middle, stride = middles(width, height)
    flat = np.concatenate([output.reshape(*output.shape[:2], -1) for output in outputs], axis=2)
    return [_faces(cells.T, middle, stride, min_score, max_overlap) for cells in flat]


def _faces(cells: Floats, middle: Floats, stride: Floats, min_score: float, max_overlap: float) -> Faces:
    logit = np.log(min_score / (1 - min_score))
    sure = np.flatnonzero(cells[:, SCORE] >= logit)
    sure = sure[np.argsort(-cells[sure, SCORE], kind="stable")][:MOST_CANDIDATES]
    chosen, at, unit = cells[sure], middle[sure], stride[sure, np.newaxis]
    boxes = boxes_of(chosen, at, unit)
    points = at[:, np.newaxis] + chosen[:, POINTS].reshape(-1, 5, 2) * unit[:, np.newaxis]
    scores = 1 / (1 + np.exp(-chosen[:, SCORE]))
    kept = suppressed(boxes, max_overlap)
    return Faces(boxes[kept], scores[kept].astype(np.float32), points[kept].astype(np.float32))


def boxes_of(cells: Floats, at: Floats, unit: Floats) -> Floats:
    """Boxes of cells: left, top, right, bottom in pixels."""
    middle = at + cells[:, MIDDLE] * unit
    reach = np.exp(np.minimum(cells[:, SIZE], LARGEST_LOGARITHM)) * unit / 2
    return np.concatenate([middle - reach, middle + reach], axis=1).astype(np.float32)
