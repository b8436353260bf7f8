"""Decoding, warping and drawing of grey pictures; the file of the eyes that imports cv2 for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from fer_models.errors import DatasetError

Grey = npt.NDArray[np.uint8]
"""uint8, height × width."""

Floats = npt.NDArray[np.float32]
Affine = npt.NDArray[np.float64]
"""2 × 3, takes points (x, y, 1) of one picture to points of another."""

cv2.setNumThreads(1)  # one picture is too little work to share


def decode_grey(encoded: bytes, name: str) -> Grey:
    """A JPEG or PNG as grey levels; raises DatasetError when it cannot be decoded."""
    picture = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        raise DatasetError(f"{name} is not a picture that can be decoded; fetch the data again.")
    return np.asarray(picture, np.uint8)


def video_frames(path: str) -> Iterator[Grey]:
    """The frames of a video in grey; none where OpenCV cannot read it."""
    video = cv2.VideoCapture(path)
    try:
        while (read := video.read())[0]:
            yield np.asarray(cv2.cvtColor(read[1], cv2.COLOR_BGR2GRAY), np.uint8)
    finally:
        video.release()


def warp(picture: Grey, matrix: Affine, size: tuple[int, int], onto: Grey | None = None) -> Grey:
    """The picture under the transform; size is (width, height).

    Outside the picture stays what onto shows there, which is changed in place, or black.
    """
    if onto is None:
        return np.asarray(cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_LINEAR), np.uint8)
    cv2.warpAffine(picture, matrix, size, dst=onto, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT)
    return onto


def warp_mirrored(picture: Grey, matrix: Affine, size: tuple[int, int]) -> Grey:
    """The picture under the transform, mirrored at its edges to fill what lies outside."""
    warped = cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(warped, np.uint8)


def warp_extended(picture: Grey, matrix: Affine, size: tuple[int, int]) -> Grey:
    """The picture under the transform, its edges drawn out to fill what lies outside."""
    warped = cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, np.uint8)


def padded(picture: Grey, multiple: int) -> Grey:
    """The picture with black at the right and below, so that both sides are a multiple."""
    height, width = picture.shape
    return np.pad(picture, ((0, -height % multiple), (0, -width % multiple)))


def resize(picture: npt.NDArray[Any], size: tuple[int, int]) -> npt.NDArray[Any]:
    """The picture at size (width, height): averaged where it shrinks, interpolated where it grows."""
    shrinks = size[0] < picture.shape[1]
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR))


def halved(picture: Grey) -> Grey:
    """The picture at half its size, at least one pixel."""
    height, width = picture.shape
    return np.asarray(resize(picture, (max(width // 2, 1), max(height // 2, 1))), np.uint8)


def blur(picture: Grey, sigma_px: float) -> Grey:
    """Gaussian blur."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma_px), np.uint8)


def streak(picture: Grey, length_px: int, angle: float) -> Grey:
    """Motion blur along the angle, in radians."""
    kernel = np.zeros((length_px, length_px), np.float32)
    middle, reach = (length_px - 1) / 2, (length_px - 1) / 2 * np.array([np.cos(angle), np.sin(angle)])
    start, end = np.rint(middle - reach).astype(int), np.rint(middle + reach).astype(int)
    cv2.line(kernel, tuple(map(int, start)), tuple(map(int, end)), 1.0)
    return np.asarray(cv2.filter2D(picture, -1, kernel / kernel.sum()), np.uint8)


def compressed(picture: Grey, quality: int) -> Grey:
    """The picture after a JPEG of this quality, 1–100."""
    _, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE), np.uint8)


def polygon_mask(corners: npt.NDArray[np.floating[Any]], size: tuple[int, int], feather_px: float = 0.0) -> Floats:
    """1 inside the polygon, 0 outside, float32 height × width; the edge is as soft as feather_px says."""
    mask: npt.NDArray[Any] = np.zeros((size[1], size[0]), np.uint8)
    cv2.fillPoly(mask, [np.rint(np.asarray(corners) * 8).astype(np.int32)], 255, cv2.LINE_AA, 3)
    if feather_px > 0.3:
        mask = cv2.GaussianBlur(mask, (0, 0), feather_px)
    return np.asarray(mask / np.float32(255), np.float32)


FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_SCRIPT_COMPLEX,
)
"""What lettered() can write in."""


def lettered(text: str, font: int, height_px: float, thickness_px: int, shape: tuple[int, ...]) -> Grey:
    """255 where the text stands in the middle of a picture of this shape, 0 elsewhere."""
    scale = cv2.getFontScaleFromHeight(font, max(round(height_px), 4), 1)
    (wide, high), _ = cv2.getTextSize(text, font, scale, thickness_px)
    mask: npt.NDArray[Any] = np.zeros(shape, np.uint8)
    origin = (round((shape[1] - wide) / 2), round((shape[0] + high) / 2))
    cv2.putText(mask, text, origin, font, scale, 255, thickness_px, cv2.LINE_AA)
    return mask


def encode_png(picture: npt.NDArray[np.uint8]) -> bytes:
    """A grey or BGR picture as PNG."""
    return cv2.imencode(".png", picture)[1].tobytes()


def colour(picture: Grey) -> npt.NDArray[np.uint8]:
    """A grey picture as BGR, to draw on."""
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR), np.uint8)


def outline(picture: npt.NDArray[np.uint8], box: npt.NDArray[Any], bgr: tuple[int, int, int]) -> None:
    """Draw a box (left, top, right, bottom) onto a BGR picture."""
    left, top, right, bottom = (round(float(side)) for side in box)
    cv2.rectangle(picture, (left, top), (right, bottom), bgr, 1)


def dots(picture: npt.NDArray[np.uint8], points: npt.NDArray[Any], bgr: tuple[int, int, int]) -> None:
    """Draw points onto a BGR picture."""
    for x, y in points:
        cv2.circle(picture, (round(float(x)), round(float(y))), 1, bgr, -1)
