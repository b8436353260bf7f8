"""Weights that let rare emotions count for more."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from fer_wire.emotions import EMOTIONS

from fer_models.errors import DatasetError, UsageError

BALANCED, SQRT = "balanced", "sqrt"
POWERS = {BALANCED: 1.0, SQRT: 0.5}


def class_weights(labels: npt.NDArray[np.int64], how: str) -> npt.NDArray[np.float32]:
    """float32 7: balanced is 1/share of the emotion, sqrt its root; the mean over the labels is 1.

    Raises UsageError for another way, DatasetError when an emotion has no label.
    """
    if how not in POWERS:
        raise UsageError(f"There are no class weights {how!r}; choose none, {' or '.join(POWERS)}.")
    counts = np.bincount(labels, minlength=len(EMOTIONS))
    if not counts.all():
        raise DatasetError(f"No image is labelled {EMOTIONS[int(counts.argmin())]}, so it cannot be given a weight.")
    weights = (len(labels) / counts) ** POWERS[how]
    return (weights / weights[labels].mean()).astype(np.float32)
