"""One picture laid over another inside a polygon."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from fer_models.eyes.imaging import Grey, polygon_mask

REACH = 3
"""How many times the softness of the edge, in pixels, the window goes beyond the polygon."""


def cover(
    under: Grey,
    corners: npt.NDArray[np.floating[Any]],
    over: npt.NDArray[Any],
    feather_px: float = 0.0,
    there: Grey | None = None,
) -> None:
    """Show over instead of under inside the polygon, in place; all are of one size.

    there: 255 where over has something to show, 0 where not; without it, everywhere.
    """
    height, width = under.shape
    margin = 1 + REACH * feather_px
    low = np.clip(np.floor(corners.min(axis=0) - margin), 0, (width, height)).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0) + margin), 0, (width, height)).astype(int)
    if (high <= low).any():
        return
    window = (slice(low[1], high[1]), slice(low[0], high[0]))
    share = polygon_mask(corners - low, (int(high[0] - low[0]), int(high[1] - low[1])), feather_px)
    if there is not None:
        share *= there[window] >= 255
    below = under[window].astype(np.float32)
    under[window] = (below + (over[window] - below) * share + np.float32(0.5)).clip(0, 255).astype(np.uint8)
