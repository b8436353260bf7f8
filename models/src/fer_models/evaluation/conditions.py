"""Poor pictures of faces: what less light, a lens out of focus, distance or compression would have made of them."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from fer_wire.contracts import DARKEST_SHARE, DULL_RANGE, FLAT_RANGE
from PIL import Image, ImageFilter

Pixels = npt.NDArray[np.uint8]
Array = npt.NDArray[np.float32]

LIGHT = 0.25
READ_NOISE, SHOT_NOISE = 1.0, 0.25
"""A sensor's noise, grey levels: some always, some times the root of the level; of a crop that averages few pixels."""
BLUR_PX = 1.2
DISTANT_PX = 20
JPEG_QUALITY = 20


def dim(images: Pixels) -> Pixels:
    """A quarter of the light, rounded as a camera rounds."""
    return np.rint(images * np.float32(LIGHT)).astype(np.uint8)


def dim_and_noisy(images: Pixels) -> Pixels:
    """A quarter of the light, with a sensor's noise, the same at every call."""
    light = images * np.float32(LIGHT)
    spread = np.sqrt(READ_NOISE**2 + SHOT_NOISE**2 * light)
    noise = np.random.default_rng(0).standard_normal(images.shape, np.float32)
    return np.clip(np.rint(light + spread * noise), 0, 255).astype(np.uint8)


def out_of_focus(images: Pixels) -> Pixels:
    """Gaussian blur."""
    return _each(images, lambda face: face.filter(ImageFilter.GaussianBlur(BLUR_PX)))


def from_afar(images: Pixels) -> Pixels:
    """The face was so few pixels wide."""
    small = (DISTANT_PX, DISTANT_PX)
    bilinear = Image.Resampling.BILINEAR
    return _each(images, lambda face: face.resize(small, bilinear).resize(face.size, bilinear))


def compressed(images: Pixels) -> Pixels:
    """JPEG of a low quality."""
    return _each(images, _through_jpeg)


CONDITIONS: dict[str, tuple[str, Callable[[Pixels], Pixels]]] = {
    "a quarter of the light": (f"times {LIGHT:g}, rounded", dim),
    "the same with noise": (f"and noise of √({READ_NOISE:g}² + {SHOT_NOISE:g}² · level) grey levels", dim_and_noisy),
    "out of focus": (f"blurred by {BLUR_PX:g} of 48 pixels", out_of_focus),
    "from afar": (f"faces of {DISTANT_PX} pixels, enlarged", from_afar),
    "compressed": (f"JPEG of quality {JPEG_QUALITY}", compressed),
}
"""By name: how it is made, in words, and by what."""


def as_on_a_device(images: Pixels) -> Array:
    """float32 N×48×48: dull faces stretched as fer-agent stretches them before it classifies them."""
    flat = images.reshape(len(images), -1).astype(np.float32)
    edge = int(DARKEST_SHARE * flat.shape[1])
    ordered = np.sort(flat, axis=1)
    low, high = ordered[:, edge : edge + 1], ordered[:, -1 - edge : flat.shape[1] - edge]
    dull = (high - low < DULL_RANGE) & (high - low >= FLAT_RANGE)
    gain = np.where(dull, 255 / np.maximum(high - low, FLAT_RANGE), 1)
    return np.asarray(np.clip((flat - np.where(dull, low, 0)) * gain, 0, 255), np.float32).reshape(images.shape)


def _each(images: Pixels, change: Callable[[Image.Image], Image.Image]) -> Pixels:
    return np.stack([np.asarray(change(Image.fromarray(image))) for image in images])


def _through_jpeg(face: Image.Image) -> Image.Image:
    coded = io.BytesIO()
    face.save(coded, "JPEG", quality=JPEG_QUALITY)
    return Image.open(coded)
