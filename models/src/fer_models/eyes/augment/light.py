"""What a camera does to a picture: light, contrast, blur, noise, low resolution and compression."""

from __future__ import annotations

import numpy as np

from fer_models.eyes.imaging import Grey, blur, compressed, resize, streak

DARKEST, BRIGHTEST = 0.05, 1.4
"""Light, as a share of the picture's own."""


def photographed(picture: Grey, rng: np.random.Generator) -> Grey:
    """The picture as a worse camera, or a darker room, would have taken it."""
    if rng.random() < 0.2:
        picture = _coarse(picture, rng)
    if rng.random() < 0.25:
        picture = _blurred(picture, rng)
    if rng.random() < 0.75:
        picture = _lit(picture, rng)
    if rng.random() < 0.35:
        picture = compressed(picture, int(rng.integers(20, 95)))
    return picture


def _coarse(picture: Grey, rng: np.random.Generator) -> Grey:
    height, width = picture.shape
    share = rng.uniform(0.4, 0.9)
    small = resize(picture, (max(round(width * share), 1), max(round(height * share), 1)))
    return np.asarray(resize(small, (width, height)), np.uint8)


def _blurred(picture: Grey, rng: np.random.Generator) -> Grey:
    if rng.random() < 0.3:
        return streak(picture, int(rng.integers(3, 9)), rng.uniform(0, np.pi))
    return blur(picture, float(np.exp(rng.uniform(np.log(0.5), np.log(2.5)))))


def _lit(picture: Grey, rng: np.random.Generator) -> Grey:
    """Gamma, contrast, a gradient of light, brightness, then the noise of the sensor."""
    levels = np.arange(256, dtype=np.float32) / 255
    levels = levels ** np.float32(np.exp(rng.normal(0, 0.3)))
    contrast = rng.uniform(0.4, 1.2) if rng.random() < 0.4 else 1.0
    levels = (levels - 0.5) * contrast + 0.5 + (rng.normal(0, 0.06) if contrast < 1 else 0)
    lit = levels.astype(np.float32)[picture] * np.float32(255 * _brightness(rng))
    if rng.random() < 0.25:
        lit *= _gradient(picture.shape, rng)
    if rng.random() < 0.4:
        lit += _noise(picture.shape, rng) * np.float32(np.exp(rng.uniform(np.log(0.5), np.log(10))))
    return np.clip(lit, 0, 255).astype(np.uint8)


def _brightness(rng: np.random.Generator) -> float:
    if rng.random() < 0.28:
        return float(np.exp(rng.uniform(np.log(DARKEST), np.log(0.5))))
    return float(rng.uniform(0.5, BRIGHTEST))


def _gradient(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    angle, darkest = rng.uniform(0, 2 * np.pi), rng.uniform(0.15, 0.8)
    down = np.linspace(-1, 1, shape[0], dtype=np.float32)[:, np.newaxis] * np.float32(np.sin(angle))
    across = np.linspace(-1, 1, shape[1], dtype=np.float32) * np.float32(np.cos(angle))
    slope = np.float32(rng.uniform(0.7, 3))
    return np.asarray(darkest + (1 - darkest) * np.clip(0.5 + slope * (down + across) / 2, 0, 1), np.float32)


def _noise(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    return rng.standard_normal(shape, dtype=np.float32)
