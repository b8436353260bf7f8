"""How alike two faces look, so that people who cross keep their numbers."""

import numpy as np
import numpy.typing as npt

from fer_agent.faces.eyes import Look
from fer_agent.faces.geometry import upright_matrix
from fer_agent.imaging import Pyramid

Patch = npt.NDArray[np.float64]
"""A face at 16 × 16 pixels, flattened; its mean is 0 and its length 1, whatever the light."""

SIDE_PX = 16
LEARNED = 0.3
"""The share of a new patch in what is remembered of a face."""


def patch(pyramid: Pyramid, look: Look) -> Patch:
    """The face in this place, turned upright."""
    scale = SIDE_PX / max(look.box.size, 1.0)
    pixels = pyramid.cut(upright_matrix(look.box.middle, look.roll, scale, SIDE_PX), SIDE_PX)
    return _normal(pixels.astype(np.float64).ravel())


def likeness(one: Patch, other: Patch) -> float:
    """1: the same picture; about 0: nothing in common."""
    return float(one @ other)


def learned(remembered: Patch, seen: Patch) -> Patch:
    """What is remembered of a face after another look."""
    return _normal((1 - LEARNED) * remembered + LEARNED * seen)


def _normal(values: Patch) -> Patch:
    centred = values - values.mean()
    return np.asarray(centred / max(float(np.linalg.norm(centred)), 1e-9))
