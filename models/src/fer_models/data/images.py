"""Images of any format as grey 48×48 faces."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from fer_models.data.container import Container
from fer_models.data.faces import FACE_PX
from fer_models.errors import DatasetError

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pgm", ".ppm")
DEEP_MODES = ("I", "F")  # more than 8 bits a pixel, which Pillow would clip
PROGRESS_STEP = 256
BROKEN = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)

Progress: TypeAlias = Callable[[int, int], None]
Pixels: TypeAlias = npt.NDArray[np.uint8]


def image_names(container: Container) -> list[str]:
    """The files that are images by their names, sorted."""
    return [name for name in container.names if PurePosixPath(name).suffix.lower() in SUFFIXES]


def decoded(
    container: Container, names: Sequence[str], as_face: Callable[[str, Image.Image], Image.Image], on_done: Progress
) -> Pixels:
    """The images in the order of names: uint8, N×48×48; on_done is told how many are done, and of how many.

    Raises DatasetError for the first file that is not an image, or that as_face refuses.
    """
    images = np.empty((len(names), FACE_PX, FACE_PX), np.uint8)
    for row, name in enumerate(names):
        images[row] = _decode(container.where(name), container.read(name), as_face)
        if not row % PROGRESS_STEP:
            on_done(row, len(names))
    return images


def unchanged(where: str, image: Image.Image) -> Image.Image:
    """An image of FER2013's size, in grey; raises DatasetError when the size is another."""
    if image.size != (FACE_PX, FACE_PX):
        raise DatasetError(
            f"{where} is {image.width}×{image.height} pixels; FER2013's are {FACE_PX}×{FACE_PX}. "
            "Replace it, or give these images as a data set of their own."
        )
    return image.convert("L")


def fit_to_face(where: str, image: Image.Image) -> Image.Image:
    """Any image, upright and grey: its largest centred square, resampled bilinearly to 48×48 pixels.

    Raises DatasetError for more than 8 bits a pixel.
    """
    if image.mode.startswith(DEEP_MODES):
        raise DatasetError(f"{where} has more than 8 bits a pixel; save it with 8.")
    grey = ImageOps.exif_transpose(image).convert("L")
    return ImageOps.fit(grey, (FACE_PX, FACE_PX), Image.Resampling.BILINEAR)


def _decode(where: str, data: bytes, as_face: Callable[[str, Image.Image], Image.Image]) -> Pixels:
    try:
        with Image.open(io.BytesIO(data)) as image:
            return np.asarray(as_face(where, image))
    except BROKEN as error:
        reason = "unknown format" if isinstance(error, UnidentifiedImageError) else error
        raise DatasetError(f"{where} is not a readable image ({reason}); replace or remove it.") from error
