"""Smooths what the model says about a face over time."""

import math
from dataclasses import dataclass
from typing import Dict

import numpy as np

from fer_agent.inference.arrays import Probabilities


@dataclass
class _State:
    probabilities: Probabilities
    at_s: float


class Smoother:
    """Exponential smoothing per track: after time_constant_s an old value weighs 1/e, at any frame rate."""

    def __init__(self, time_constant_s: float) -> None:
        self.time_constant_s = time_constant_s
        """May be changed between two frames."""
        self._states: Dict[int, _State] = {}

    def update(self, track: int, probabilities: Probabilities, at_s: float) -> Probabilities:
        """The track's smoothed probabilities (7, sum 1) after a frame at this time, which never runs backwards."""
        state = self._states.get(track)
        if state is None or self.time_constant_s <= 0:
            smoothed = probabilities
        else:
            passed_s = max(0.0, at_s - state.at_s)
            kept = math.exp(-passed_s / self.time_constant_s)
            smoothed = np.asarray(kept * state.probabilities + (1 - kept) * probabilities, np.float32)
        self._states[track] = _State(smoothed, at_s)
        return smoothed

    def forget(self, track: int) -> None:
        """The track has ended."""
        self._states.pop(track, None)
