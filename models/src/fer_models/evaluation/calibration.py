"""How well probabilities are calibrated: expected calibration error, Brier score, log loss; and Wilson's interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BINS = 15
Z_95 = 1.959963984540054
LEAST_PROBABILITY = 1e-7  # a float16 graph may answer 0, whose logarithm is infinite

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Bin:
    """The images with a confidence above low, up to high; accuracy and mean confidence 0–1, None without images."""

    low: float
    high: float
    images: int
    accuracy: float | None
    confidence: float | None


@dataclass(frozen=True)
class Calibration:
    """ece 0–1 (Guo et al. 2017, Eq. 3); brier 0–2 (Brier 1950, over all classes); nll in nats."""

    ece: float
    brier: float
    nll: float
    bins: tuple[Bin, ...]


def calibrate(labels: npt.NDArray[np.int64], probabilities: npt.NDArray[np.floating]) -> Calibration:
    """The figures of N×K probabilities; confidence is the probability of the predicted class."""
    exact = np.asarray(probabilities, np.float64)
    right = exact[np.arange(len(labels)), labels]
    bins = _bins(labels == exact.argmax(axis=1), exact.max(axis=1))
    return Calibration(
        ece=expected_calibration_error(bins),
        brier=float(np.mean((exact**2).sum(axis=1) - 2 * right + 1)),
        nll=float(-np.log(np.maximum(right, LEAST_PROBABILITY)).mean()),
        bins=bins,
    )


def expected_calibration_error(bins: tuple[Bin, ...]) -> float:
    """Σ |B|/n · |acc(B) − conf(B)| over the bins B of n images (Guo et al. 2017, Eq. 3)."""
    images = sum(each.images for each in bins)
    return sum(each.images * abs((each.accuracy or 0) - (each.confidence or 0)) for each in bins) / images


def calibration_error(is_right: npt.NDArray[np.bool_], confidence: Array) -> float:
    """The expected calibration error of N answers, 0–1."""
    return expected_calibration_error(_bins(is_right, confidence))


def wilson(right: int, images: int) -> tuple[float, float]:
    """The 95 % interval of a share, 0–1 (Wilson 1927); the whole range when nothing was counted."""
    if not images:
        return 0.0, 1.0
    share, spread = right / images, Z_95**2 / images
    middle = (share + spread / 2) / (1 + spread)
    half = math.sqrt(share * (1 - share) * spread + spread**2 / 4) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def _bins(is_right: npt.NDArray[np.bool_], confidence: Array) -> tuple[Bin, ...]:
    edges = np.linspace(0, 1, BINS + 1)
    place = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, BINS - 1)
    return tuple(
        _bin(float(edges[n]), float(edges[n + 1]), is_right[place == n], confidence[place == n]) for n in range(BINS)
    )


def _bin(low: float, high: float, is_right: npt.NDArray[np.bool_], confidence: Array) -> Bin:
    if not len(is_right):
        return Bin(low, high, 0, None, None)
    return Bin(low, high, len(is_right), float(is_right.mean()), float(confidence.mean()))
