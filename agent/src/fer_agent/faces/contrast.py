"""Stretches the contrast of dark crops before they are classified."""

import numpy as np
from fer_wire.contracts import DARKEST_SHARE, DULL_RANGE, FLAT_RANGE

from fer_agent.inference.arrays import Faces


def stretched(crops: Faces) -> Faces:
    """The same crops (N × 1 × 48 × 48, 0–255), those of little contrast brought to the whole range.

    Of 1,200 faces of FER2013's PublicTest light 0.6.0 reads 69.9 % right with it and 69.8 % without, at half the light
    69.2 and 66.8 %, at a quarter 67.4 and 61.6 %.
    """
    if not len(crops):
        return crops
    flat = crops.reshape(len(crops), -1)
    low_at = int(DARKEST_SHARE * flat.shape[1])
    high_at = flat.shape[1] - 1 - low_at
    ordered = np.partition(flat, (low_at, high_at), axis=1)
    low, high = ordered[:, low_at], ordered[:, high_at]
    dull = (high - low < DULL_RANGE) & (high - low >= FLAT_RANGE)
    if not dull.any():
        return crops
    gain = np.where(dull, 255 / np.maximum(high - low, FLAT_RANGE), 1)[:, np.newaxis]
    shift = np.where(dull, low, 0)[:, np.newaxis]
    return np.asarray(np.clip((flat - shift) * gain, 0, 255).reshape(crops.shape), np.float32)
