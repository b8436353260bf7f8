"""How a run goes through its samples; everything follows from how many were seen, so that a run can be lengthened."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Plan:
    """One run's numbers.

    samples: how many are seen in all. batch: samples a step. peak_rate: highest learning rate; it rises over warm_up
    samples and falls along a cosine to last_share of itself. averaged_steps: how many steps the averaged weights look
    back. gradient: the largest norm that is let through.
    """

    samples: int
    batch: int = 32
    peak_rate: float = 3e-3
    last_share: float = 0.02
    warm_up: int = 4000
    weight_decay: float = 0.02
    averaged_steps: int = 600
    gradient: float = 10.0
    seed: int = 1

    def rate(self, seen: int) -> float:
        """The learning rate after so many samples."""
        if seen < self.warm_up:
            return self.peak_rate * (seen + self.batch) / (self.warm_up + self.batch)
        done = min((seen - self.warm_up) / max(self.samples - self.warm_up, 1), 1.0)
        falling = (1 + math.cos(math.pi * done)) / 2
        return self.peak_rate * (self.last_share + (1 - self.last_share) * falling)

    def keep(self, step: int) -> float:
        """How much of the averaged weights stays at this step, counted from 0; the first steps count less."""
        return min(1 - 1 / self.averaged_steps, (1 + step) / (10 + step))

    def as_dict(self) -> dict[str, Any]:
        """The numbers by name, for checkpoints and logs."""
        return asdict(self)
