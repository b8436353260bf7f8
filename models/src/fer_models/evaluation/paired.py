"""Whether one model is better than another on the same faces: McNemar's test (McNemar 1947, Psychometrika 12)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Right = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Paired:
    """better: faces that only the first reads right; worse: that only the second does; p: 0–1, two-sided, exact."""

    better: int
    worse: int
    p: float


def mcnemar(first: Right, second: Right) -> Paired:
    """Of two models' answers to the same faces, right or wrong: the exact test that they differ only by chance."""
    better, worse = int((first & ~second).sum()), int((second & ~first).sum())
    return Paired(better, worse, sign_test(better, worse))


def sign_test(better: int, worse: int) -> float:
    """How likely counts at least so uneven are when both sides are equally likely."""
    tosses = better + worse
    ways = sum(math.comb(tosses, heads) for heads in range(min(better, worse) + 1))
    return min(1.0, 2 * ways / 2**tosses)
