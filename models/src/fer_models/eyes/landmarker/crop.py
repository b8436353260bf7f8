"""How a found face is cut for the landmarker, and what its file takes and gives.

The contract of a landmarker file. Input `face`: float32, N × 1 × 64 × 64, grey, raw 0–255: a square of 1.5 times the
face's size around the middle of its box, turned so that the middle of the mouth lies below the middle of the eyes.
Outputs, float32:

- `landmarks`: N × 68 × 2, x and y, 0–1 from the crop's left and top edge. The jaw is the head's own line, even where
  it is hidden, not the outline that one sees
- `visible`: N × 68, logits of being seen: neither hidden by the head itself nor by something in front of it. Where the
  crop shows no face none is seen, so the mean tells whether the finder was right
- `angles`: N × 3, yaw, pitch and roll in units of 45 degrees; the roll is that left in the crop
"""

from __future__ import annotations

import numpy as np

from fer_models.eyes.data.landmarks import Points
from fer_models.eyes.imaging import Affine, Floats
from fer_models.eyes.pyramid import similarity

SIDE_PX = 64
REACH = 1.5
INPUT = "face"
OUTPUTS = ("landmarks", "visible", "angles")
DEGREES = 45.0


def crop_matrix(box: Floats, points: Points) -> Affine:
    """From the picture to the crop of the face with this box (left, top, right, bottom) and these five points."""
    size = float(np.sqrt(np.prod(box[2:] - box[:2])))
    return crop((box[:2] + box[2:]) / 2, size, -np.radians(lean_degrees(points)))


def lean_degrees(points: Points) -> float:
    """How far a face with these five points leans, clockwise; 0 when its mouth is below its eyes."""
    down = points[3:].mean(axis=0) - points[:2].mean(axis=0)
    return float(np.degrees(np.arctan2(-down[0], down[1])))


def crop(middle: np.ndarray, size: float, angle: float, *, mirrored: bool = False, stretch: float = 1.0) -> Affine:
    """From the picture to the crop of a face of this size, turned by the angle in radians."""
    scale = SIDE_PX / (REACH * max(size, 1.0))
    return similarity(scale, angle, middle, np.full(2, (SIDE_PX - 1) / 2), mirrored=mirrored, stretch=stretch)


def inverse(matrix: Affine) -> Affine:
    """The transform back."""
    linear = np.linalg.inv(matrix[:, :2])
    return np.column_stack([linear, -linear @ matrix[:, 2]])
