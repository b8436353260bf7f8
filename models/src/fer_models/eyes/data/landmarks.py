"""The 68 landmarks of the 300-W mark-up: which is which, mirrored, and the five points they give."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float32]

COUNT = 68
FIVE = 5
JAW = slice(0, 17)
NOSE_TIP = 30
RIGHT_EYE, LEFT_EYE = slice(36, 42), slice(42, 48)
MOUTH = slice(48, 68)
RIGHT_MOUTH_CORNER, LEFT_MOUTH_CORNER = 48, 54

FIVE_MIRRORED = np.array([1, 0, 2, 4, 3])
"""Right and left eye, nose, right and left mouth corner, as the person has them, in a mirrored picture."""

MIRRORED = np.array(
    [
        *range(16, -1, -1),
        *range(26, 16, -1),
        *range(27, 31),
        *range(35, 30, -1),
        *(45, 44, 43, 42, 47, 46),
        *(39, 38, 37, 36, 41, 40),
        *range(54, 47, -1),
        *range(59, 54, -1),
        *range(64, 59, -1),
        *range(67, 64, -1),
    ]
)
"""Where each landmark of a mirrored face stands in the original."""


def five_points(landmarks: Points) -> Points:
    """The middle of each eye, the tip of the nose and the corners of the mouth: … × 68 × 2 to … × 5 × 2."""
    return np.stack(
        [
            landmarks[..., RIGHT_EYE, :].mean(axis=-2),
            landmarks[..., LEFT_EYE, :].mean(axis=-2),
            landmarks[..., NOSE_TIP, :],
            landmarks[..., RIGHT_MOUTH_CORNER, :],
            landmarks[..., LEFT_MOUTH_CORNER, :],
        ],
        axis=-2,
    )
