"""How long variants of a model take on this device, on a busy one as on a quiet one."""

import time
from typing import List, Sequence

from typing_extensions import Protocol

WARM_UP_ROUNDS = 3
FEWEST_ROUNDS, MOST_ROUNDS = 8, 1000
ENOUGH_S = 0.15
"""For each variant: slow ones are measured less often, so that they do not delay the start of a device by seconds."""


class Timed(Protocol):
    """What can be measured."""

    def latency_ms(self) -> float:
        """The time of one picture, once."""


def shortest_ms(variants: Sequence[Timed]) -> List[float]:
    """The shortest time of one picture of each, in rounds in which all take turns.

    What else a machine does makes a run longer, and never shorter; in turns it meets all of them alike.
    """
    for _ in range(WARM_UP_ROUNDS):
        _round(variants)
    rounds: List[List[float]] = []
    until_s = time.monotonic() + ENOUGH_S * len(variants)
    while len(rounds) < FEWEST_ROUNDS or (len(rounds) < MOST_ROUNDS and time.monotonic() < until_s):
        rounds.append(_round(variants))
    return [min(times) for times in zip(*rounds)]


def _round(variants: Sequence[Timed]) -> List[float]:
    return [each.latency_ms() for each in variants]
