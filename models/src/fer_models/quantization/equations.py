"""Quantization of weights as the paper states it (Pascual et al. 2022, Sensors 22, 9524, Eqs. 2–4).

Eq. 2: the factor is S_b = (2^b − 1) / (2 · max|W|).
Eq. 3: an integer is W_b = round(S_b · W), halves to the even neighbour.
Eq. 4: W_b is held within ±(2^b − 1) / 2, which is ±127.5 for 8 bits and ±7.5 for 4. The integers inside are ±127 and
±7, so the code −2^(b−1) is never used, zero is exact, and the largest weight is half a step off: S_b · max|W| is 127.5.

ONNX's scale is a step, the weight that one integer stands for: 1 / S_b, rounded to float32. The integers are computed
in float64, so that they are those of the equations and not of that rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int8]

LEAST_BITS, MOST_BITS = 2, 8
LEAST_STEP = np.finfo(np.float32).tiny
UNUSED_STEP = 1.0


@dataclass(frozen=True)
class Quantized:
    """integers: int8 in the weights' shape; step: float32, 1 / S_b, a scalar or one for each output channel."""

    integers: Integers
    step: Floats

    @property
    def weights(self) -> Floats:
        """The weights that the integers represent, float32."""
        return self.integers.astype(np.float32) * _across(self.step, self.integers.ndim)


def bound(bits: int) -> int:
    """The largest integer within ±(2^b − 1) / 2 (Eq. 4): 127 for 8 bits, 7 for 4."""
    if not LEAST_BITS <= bits <= MOST_BITS:
        raise ValueError(f"{bits} bits; expected {LEAST_BITS} to {MOST_BITS}")
    return (2**bits - 1) // 2


def step(largest: npt.ArrayLike, bits: int = MOST_BITS) -> Floats:
    """1 / S_b (Eq. 2) for one or several largest magnitudes; 1 where it is below float32's range, as for all zeros."""
    exact = _exact_step(largest, bits)
    return np.where(_is_used(exact), exact, UNUSED_STEP).astype(np.float32)


def quantize(weights: Floats, bits: int = MOST_BITS, *, per_channel: bool = True) -> Quantized:
    """Eqs. 2–4 for the whole tensor, or for each output channel, which is the first axis."""
    limit = bound(bits)
    largest = np.abs(weights).max(axis=tuple(range(1, weights.ndim)) if per_channel else None, initial=0.0)
    exact = _across(_exact_step(largest, bits), weights.ndim)
    scaled = np.divide(weights, exact, out=np.zeros(weights.shape), where=_is_used(exact))
    return Quantized(np.clip(np.rint(scaled), -limit, limit).astype(np.int8), step(largest, bits))


def _exact_step(largest: npt.ArrayLike, bits: int) -> npt.NDArray[np.float64]:
    return np.asarray(largest, np.float64) * 2 / (2**bits - 1)


def _is_used(exact: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    return np.asarray(exact >= LEAST_STEP)


def _across(steps: npt.NDArray[Any], dimensions: int) -> npt.NDArray[Any]:
    """One step for each output channel, in a shape that broadcasts over the weights."""
    return steps.reshape(steps.shape + (1,) * (dimensions - 1)) if steps.ndim else steps
