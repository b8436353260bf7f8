"""Training crops of the landmarker as its file takes them: to calibrate int8 on, and to measure batch norms on."""

from __future__ import annotations

import numpy as np

from fer_models.eyes.imaging import Floats
from fer_models.eyes.landmarker.sample import Cropper


def training_crops(cropper: Cropper, count: int, seed: int = 0) -> Floats:
    """So many samples, the same at every call: float32 N×1×64×64, 0–255."""
    rng = np.random.default_rng(seed)
    return np.stack([cropper.cut(rng).pixels for _ in range(count)])[:, np.newaxis].astype(np.float32)
