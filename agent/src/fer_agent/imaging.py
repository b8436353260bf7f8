"""Work on pictures; the one file that imports cv2 for it."""

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

cv2.setNumThreads(1)  # one frame is too little work to share; the cores belong to capture and faces


def eight_bit_bgr(image: npt.NDArray[Any]) -> Picture:
    """Any decoded picture (grey, with alpha, 16-bit or float in 0–1) as uint8, height × width × 3, BGR."""
    if image.dtype == np.uint16:
        image = image >> 8
    elif image.dtype.kind == "f":
        image = np.nan_to_num(image) * 255
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
