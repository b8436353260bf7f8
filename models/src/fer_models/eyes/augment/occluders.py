"""Things in front of a face: masks, glasses, caps, hands, and whatever hides a half of it.

Each is a polygon in the face's own frame, where -1 to 1 goes from the left edge to the right and from the forehead's
top to the chin; an upright face has its eyes near -0.2, the nose's tip near 0.2 and the mouth near 0.55.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from fer_models.eyes.augment.cover import cover
from fer_models.eyes.data.frames import Frames, placed
from fer_models.eyes.imaging import Floats, Grey

Corners = npt.NDArray[np.floating[Any]]


def mask(rng: np.random.Generator) -> Corners:
    """A mask over nose, mouth and chin, sometimes under the nose."""
    top, peak = rng.uniform(0.0, 0.25), rng.uniform(-0.1, 0.1)
    if rng.random() < 0.15:
        top, peak = 0.35, 0.3
    bottom = rng.uniform(0.95, 1.15)
    right_side = [(peak * 0.3, peak), (0.5, top), (0.98, top + 0.05), (0.9, 0.6), (0.45, bottom)]
    return np.array([*right_side, *[(-across, below) for across, below in reversed(right_side)]])


def glasses(rng: np.random.Generator) -> Corners:
    """Dark glasses, as one band."""
    top, bottom, side = rng.uniform(-0.5, -0.35), rng.uniform(-0.12, 0.08), rng.uniform(0.7, 1.0)
    return np.array([(-side, top), (side, top), (side * 0.9, bottom), (0, bottom - 0.1), (-side * 0.9, bottom)])


def cap(rng: np.random.Generator) -> Corners:
    """A cap or a scarf down to the brows."""
    rim = rng.uniform(-0.65, -0.4)
    return np.array([(-1.2, -1.4), (1.2, -1.4), (1.1, rim + 0.1), (0, rim), (-1.1, rim + 0.1)])


def half(rng: np.random.Generator) -> Corners:
    """One side of the face, or its upper or lower part, up to just past the middle."""
    edge, lean = rng.uniform(-0.1, 0.6), rng.uniform(-0.25, 0.25)
    corners = np.array([(edge - lean, -1.3), (1.3, -1.3), (1.3, 1.3), (edge + lean, 1.3)])
    turned = (corners, -corners, corners[:, ::-1], -corners[:, ::-1])
    return turned[rng.integers(4)]


def blob(rng: np.random.Generator) -> Corners:
    """A hand, a microphone, another head: a rounded shape of any place and size."""
    angles = np.sort(rng.uniform(0, 2 * np.pi, 10))
    radii = rng.uniform(0.6, 1.0, 10) * rng.uniform(0.25, 0.65)
    middle = rng.uniform(-0.9, 0.9, 2)
    return np.asarray(middle + radii[:, np.newaxis] * np.stack([np.cos(angles), np.sin(angles)], axis=1))


KINDS: tuple[tuple[float, Callable[[np.random.Generator], Corners]], ...] = (
    (0.3, mask),
    (0.15, glasses),
    (0.15, cap),
    (0.25, half),
    (0.15, blob),
)
"""Each kind and how often it is drawn."""


def occlude(picture: Grey, frame: Frames, texture: Callable[[], Grey], rng: np.random.Generator) -> Corners:
    """Hide a part of the face in place, and say which; texture gives another picture of the same size to show there."""
    kinds = [kind for _, kind in KINDS]
    kind = kinds[rng.choice(len(kinds), p=[often for often, _ in KINDS])]
    shown = texture() if rng.random() < 0.4 else _plain(picture.shape, rng)
    corners = placed(frame, kind(rng))
    cover(picture, corners, shown, float(rng.uniform(0, 1.5)))
    return corners


def _plain(shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """One level, slightly shaded from top to bottom."""
    level, slope = rng.uniform(5, 250), rng.normal(0, 30)
    shading = np.linspace(level - slope, level + slope, shape[0], dtype=np.float32).clip(0, 255)
    return np.broadcast_to(shading[:, np.newaxis], shape)
