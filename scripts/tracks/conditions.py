"""How often the agent reads faces right by their size, light, detail and yaw."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from fer_models.evaluation.calibration import wilson

from tracks.calibration import Source

KINDS: dict[str, tuple[str, tuple[float, ...]]] = {
    "size, px": ("face_px", (0, 40, 60, 80, 1000)),
    "light, mean level": ("light", (0, 80, 110, 140, 170, 256)),
    "detail": ("detail", (0, 0.35, 0.45, 0.55, 0.65, 10)),
    "yaw, degrees": ("yaw_degrees", (0, 15, 30, 45, 60, 180)),
}
"""By the name of the condition: where it is noted in a series, and the bounds of its groups."""


def by_condition(source: Source) -> Iterator[dict[str, Any]]:
    """A row for each group of faces: how many there are, the share that is read right, and its 95 % interval."""
    right = np.array([np.mean(each.probabilities, axis=0).argmax() == each.labels[0] for each in source])
    for condition, (noted, bounds) in KINDS.items():
        found = np.array([abs(float(np.mean(getattr(each, noted)))) for each in source])
        for low, high in pairwise(bounds):
            among = right[(found >= low) & (found < high)]
            yield {
                "condition": condition, "from": low, "below": high, "faces": len(among),
                "accuracy": round(float(among.mean()), 4) if len(among) else None,
                "interval": [round(bound, 4) for bound in wilson(int(among.sum()), len(among))],
            }  # fmt: skip
