"""Work on pictures; the one file that imports cv2 for it."""

import math
import os
from typing import Any, Tuple

# OpenCV writes to stderr by itself; our own complaints are sentences. It reads this when it is loaded.
os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
"""uint8, height × width (grey) or height × width × 3 (BGR)."""

Matrix = npt.NDArray[np.float64]
"""2 × 3, takes points (x, y, 1) of one picture to points of another."""

WHITES = (1, 255, 65535)
"""What floats and long integers call white: the least of these that no pixel exceeds."""

cv2.setNumThreads(1)  # one frame is too little work to share; the cores belong to capture and faces


def eight_bit_bgr(image: npt.NDArray[Any]) -> Picture:
    """Any decoded picture (grey, with alpha, of any depth, integers or floats) as uint8, height × width × 3, BGR."""
    if image.dtype == np.uint16:
        image = image >> 8
    elif image.dtype != np.uint8:
        image = np.nan_to_num(image.astype(np.float64))
        image = image * (255 / next((top for top in WHITES if image.max(initial=0) <= top), image.max(initial=0)))
    image = image.clip(0, 255).astype(np.uint8, copy=False)
    if image.ndim == 2:
        image = image[:, :, np.newaxis]
    return np.ascontiguousarray(image[:, :, :3] if image.shape[2] >= 3 else image[:, :, :1].repeat(3, axis=2))


def at_most_wide(image: Picture, width_px: int) -> Picture:
    """The picture itself, or scaled down to the width; the height follows, at least 1 pixel."""
    height, width = image.shape[:2]
    if width <= width_px:
        return image
    size = (width_px, max(1, round(height * width_px / width)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def at_most_long(image: Picture, side_px: int) -> Picture:
    """The picture itself, or scaled down so that its longer side has this many pixels; no side gets lost."""
    height, width = image.shape[:2]
    scale = side_px / max(height, width, 1)
    if scale >= 1:
        return image
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def grey(image: Picture) -> Picture:
    """The luminance of a BGR picture: uint8, height × width."""
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)


def warp(image: Picture, matrix: Matrix, size: Tuple[int, int], oversampling: int = 1) -> Picture:
    """The picture under the transform, size = (width, height); edges are extended.

    With oversampling n it is made n times as large and averaged down, against aliasing when the transform shrinks.
    """
    large = (size[0] * oversampling, size[1] * oversampling)
    finer = matrix * oversampling
    finer[:, 2] += (oversampling - 1) / 2  # pixels are counted from their middles
    warped = cv2.warpAffine(image, finer, large, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    if oversampling > 1:
        warped = cv2.resize(warped, size, interpolation=cv2.INTER_AREA)
    return np.asarray(warped, np.uint8)


def brightened(image: Picture, gain: float) -> Picture:
    """The picture with each value times gain, saturated."""
    return np.asarray(cv2.convertScaleAbs(image, alpha=gain), np.uint8)


class Pyramid:
    """A grey picture at full, half, quarter and eighth size, each made when it is needed.

    What is cut from the level that fits does not alias, and costs the same whatever the face's size.
    """

    LEVELS = 4
    SMALLEST_PX = 32
    LARGEST_STEP = 1.2
    """A smaller level is taken as long as the cut enlarges it by no more than this."""

    def __init__(self, picture: Picture) -> None:
        self._levels = [picture]

    def cut(self, matrix: Matrix, side_px: int) -> Picture:
        """A square of the picture under the transform; beyond its edges it is mirrored."""
        (a, b, _), (c, d, _) = matrix.tolist()
        level = self._fitting(math.sqrt(abs(a * d - b * c)))
        finer, half = matrix.copy(), (2**level - 1) / 2
        finer[:, :2] *= 2**level
        finer[:, 2] += ((a + b) * half, (c + d) * half)
        cut = cv2.warpAffine(
            self._levels[level], finer, (side_px, side_px), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
        )
        return np.asarray(cut, np.uint8)

    def _fitting(self, scale: float) -> int:
        level = 0
        while level + 1 < self.LEVELS and scale * 2 ** (level + 1) <= self.LARGEST_STEP:
            if level + 1 == len(self._levels) and not self._grow():
                break
            level += 1
        return level

    def _grow(self) -> bool:
        height, width = self._levels[-1].shape
        if min(height, width) < self.SMALLEST_PX:
            return False
        size = (max(width // 2, 1), max(height // 2, 1))
        self._levels.append(np.asarray(cv2.resize(self._levels[-1], size, interpolation=cv2.INTER_AREA), np.uint8))
        return True
