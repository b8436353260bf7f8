"""Training pictures of the finder as its file takes them: to calibrate int8 on, and to measure batch norms on."""

from __future__ import annotations

import numpy as np

from fer_models.eyes.data.library import Library
from fer_models.eyes.finder.sample import Composer
from fer_models.eyes.imaging import Floats

SIDE_PX = 256


def training_pictures(library: Library, count: int, seed: int = 0) -> Floats:
    """So many samples, the same at every call: float32 N×1×256×256, 0–255."""
    composer, rng = Composer(library, SIDE_PX), np.random.default_rng(seed)
    return np.stack([composer.compose(rng).pixels for _ in range(count)])[:, np.newaxis].astype(np.float32)
