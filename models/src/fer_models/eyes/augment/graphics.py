"""What signs, screens and packages show: words, discs and plain shapes, which are no faces though they may look it."""

from __future__ import annotations

import string

import numpy as np

from fer_models.eyes.imaging import FONTS, Floats, Grey, blur, lettered, polygon_mask, warp
from fer_models.eyes.pyramid import similarity

MOST = 3
WORD, DISC = 0.6, 0.25
"""How often a graphic is a word, or a disc; otherwise it is a shape with corners."""

SMALLEST_SHARE, LARGEST_SHARE = 0.05, 0.5
"""A letter's, disc's or shape's size as a share of the picture's smaller side."""


def draw_graphics(picture: Grey, rng: np.random.Generator) -> None:
    """Draw one to three of them onto the picture, in place, with an outline and a slight shading."""
    for _ in range(rng.integers(1, MOST + 1)):
        chance = rng.random()
        make = _word if chance < WORD else _disc if chance < WORD + DISC else _shape
        size = min(picture.shape) * np.exp(rng.uniform(np.log(SMALLEST_SHARE), np.log(LARGEST_SHARE)))
        rim, body = make(picture.shape, float(size), rng)
        _lay(picture, rim, rng)
        _lay(picture, body, rng)


Masks = tuple[Floats, Floats]
"""Where the outline shows and where the body does, 0–1."""


def _word(shape: tuple[int, ...], size: float, rng: np.random.Generator) -> Masks:
    letters = rng.choice(list(string.ascii_letters + string.digits), rng.integers(1, 11))
    font, thick = FONTS[rng.integers(len(FONTS))], max(1, round(size * rng.uniform(0.05, 0.35)))
    rim = thick + round(size * rng.uniform(0, 0.3))
    turn = _turn(shape, rng)
    drawn = (lettered("".join(letters), font, size, wide, shape) for wide in (rim, thick))
    outline, body = (warp(mask, turn, (shape[1], shape[0])) * np.float32(1 / 255) for mask in drawn)
    return np.asarray(outline, np.float32), np.asarray(body, np.float32)


def _disc(shape: tuple[int, ...], size: float, rng: np.random.Generator) -> Masks:
    angles = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    return _outlined(np.stack([np.cos(angles), rng.uniform(0.7, 1.0) * np.sin(angles)], axis=1), shape, size, rng)


def _shape(shape: tuple[int, ...], size: float, rng: np.random.Generator) -> Masks:
    angles = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(3, 9)))
    return _outlined(np.stack([np.cos(angles), np.sin(angles)], axis=1), shape, size, rng)


def _outlined(corners: np.ndarray, shape: tuple[int, ...], size: float, rng: np.random.Generator) -> Masks:
    middle = rng.uniform(0, 1, 2) * (shape[1], shape[0])
    turn = _turn(shape, rng)[:, :2]
    placed = corners @ turn.T * size / 2
    inner = rng.uniform(0.5, 1.0)
    size_px = (shape[1], shape[0])
    return polygon_mask(placed + middle, size_px), polygon_mask(placed * inner + middle, size_px)


def _turn(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    middle = np.array([shape[1], shape[0]]) / 2
    angle = rng.normal(0, 0.15) if rng.random() < 0.5 else rng.uniform(-np.pi, np.pi)
    return similarity(1.0, float(angle), middle, middle + rng.normal(0, 0.25, 2) * middle)


def _lay(picture: Grey, mask: Floats, rng: np.random.Generator) -> None:
    """Show one grey level, brighter above or below, where the mask is 1."""
    level, slope = rng.uniform(0, 255), rng.normal(0, 40)
    shading = np.linspace(level - slope, level + slope, picture.shape[0], dtype=np.float32)[:, np.newaxis]
    soft = blur((mask * 255).astype(np.uint8), float(rng.uniform(0.3, 1.5))).astype(np.float32) / 255
    picture[:] = np.clip(picture + (shading - picture) * soft, 0, 255).astype(np.uint8)
