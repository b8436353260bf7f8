"""A face's frame: its centre and the vectors from there to its right edge and to its chin.

A frame follows any affine transform exactly, which an upright box does not; the box of a turned face is that of the
ellipse in its frame. Frames are float32, N × 3 × 2: centre, rightwards, downwards, in pixels; "rightwards" is the
picture's right when the face is upright.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fer_models.eyes.data.landmarks import LEFT_EYE, MOUTH, RIGHT_EYE, Points
from fer_models.eyes.imaging import Affine

Frames = npt.NDArray[np.float32]
Boxes = npt.NDArray[np.float32]
"""N × 4: left, top, right, bottom."""

FOREHEAD = 0.32
"""How far a face box reaches above the brows, as a share of brow to chin: the median of YuNet's boxes, as WIDER's."""

SIDES = -0.02
"""How far it reaches beyond the landmarks at either side, measured likewise."""


def frames_of_boxes(left_top_size: npt.NDArray[np.floating]) -> Frames:
    """Frames of upright faces from N × 4: left, top, width, height."""
    left, top, width, height = np.asarray(left_top_size, np.float32).reshape(-1, 4).T
    zero = np.zeros_like(left)
    centre = np.stack([left + width / 2, top + height / 2], axis=-1)
    return np.stack([centre, np.stack([width / 2, zero], -1), np.stack([zero, height / 2], -1)], axis=1)


def frame_of_landmarks(landmarks: Points) -> Frames:
    """The frame (3 × 2) of the face with these 68 landmarks; down is from the eyes to the mouth."""
    eyes = landmarks[RIGHT_EYE.start : LEFT_EYE.stop].mean(axis=0)
    down = landmarks[MOUTH].mean(axis=0) - eyes
    down = down / max(float(np.hypot(*down)), 1e-6)
    right = np.array([down[1], -down[0]])
    along, below = landmarks @ right, landmarks @ down
    height = below.max() - below.min()
    top, bottom = below.min() - FOREHEAD * height, below.max()
    half_width = (along.max() - along.min()) / 2 + SIDES * height
    centre = right * (along.max() + along.min()) / 2 + down * (top + bottom) / 2
    return np.stack([centre, right * half_width, down * (bottom - top) / 2]).astype(np.float32)


def transformed(frames: Frames, matrix: Affine) -> Frames:
    """The frames in the picture that the transform makes; a mirrored face's right vector is turned to its left."""
    linear = matrix[:, :2]
    moved = frames @ linear.T
    moved[:, 0] += matrix[:, 2]
    if np.linalg.det(linear) < 0:
        moved[:, 1] *= -1
    return moved.astype(np.float32)


def boxes(frames: Frames) -> Boxes:
    """The upright boxes around the frames' ellipses."""
    reach = np.sqrt(frames[:, 1] ** 2 + frames[:, 2] ** 2)
    return np.concatenate([frames[:, 0] - reach, frames[:, 0] + reach], axis=1)


def sizes_px(frames: Frames) -> npt.NDArray[np.float32]:
    """The face's size, whatever its turn: the root of the area of its own box."""
    right, down = frames[:, 1], frames[:, 2]
    return np.asarray(2 * np.sqrt(np.abs(right[:, 0] * down[:, 1] - right[:, 1] * down[:, 0])), np.float32)


def rolls_degrees(frames: Frames) -> npt.NDArray[np.float32]:
    """How far each face leans: 0 upright, positive clockwise in the picture, -180 to 180."""
    return np.degrees(np.arctan2(-frames[:, 2, 0], frames[:, 2, 1])).astype(np.float32)


def placed(frame: Frames, at: npt.NDArray[np.floating]) -> Points:
    """Points given in the frame's own units (-1 to 1 from edge to edge), in pixels: N × 2."""
    return np.asarray(frame[0] + np.asarray(at) @ frame[1:], np.float32)
