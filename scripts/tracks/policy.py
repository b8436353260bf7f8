"""Smoothing and thresholds of the event policy, by what they tell of faces that change: how soon, and how wrongly."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from fer_agent.emotion.temperature import Temperatures
from fer_agent.settings import EventSettings
from fer_wire.events import CHANGE

from tracks.answers import Series
from tracks.calibration import Source
from tracks.published import Published, events, followed, repeated

SMOOTHING_S = (0.0, 0.15, 0.25, 0.35, 0.5, 0.75)
MARGINS = (0.05, 0.1, 0.15, 0.2)
HOLDS_S = (0.1, 0.2, 0.3, 0.5)
STAYS_S = 3.0
"""Each of two faces stays for so long."""
ALWAYS = 3600.0


@dataclass(frozen=True)
class Choice:
    """One setting of smoothing and policy."""

    smoothing_s: float
    change_margin: float
    change_hold_s: float

    @property
    def policy(self) -> EventSettings:
        """The policy, without heartbeats."""
        return EventSettings(heartbeat_s=ALWAYS, change_margin=self.change_margin, change_hold_s=self.change_hold_s)


CHOICES = tuple(itertools.starmap(Choice, itertools.product(SMOOTHING_S, MARGINS, HOLDS_S)))


def changing(pictures: Sequence[Series], pairs: int) -> Iterator[Series]:
    """Faces that the model reads right, two of different emotions after each other, drawn the same each time."""
    right = [each for each in pictures if np.mean(each.probabilities, axis=0).argmax() == each.labels[0]]
    draw = np.random.default_rng(0)
    made = 0
    while made < pairs:
        first, second = (right[place] for place in draw.choice(len(right), 2, replace=False))
        if first.labels[0] != second.labels[0]:
            made += 1
            yield followed(repeated(first, STAYS_S), repeated(second, STAYS_S))


def measured(source: Source, choice: Choice, temperatures: Temperatures) -> dict[str, Any]:
    """How many changes are told, after how long at the median, and wrong events and needless changes per visit."""
    delays_s: list[float] = []
    due = wrong = needless = 0
    for series in source:
        turns = [place for place in range(1, len(series.labels)) if series.labels[place] != series.labels[place - 1]]
        found = list(events(series, choice.smoothing_s, choice.policy, temperatures))
        due += len(turns)
        told = [_told(found, series, place) for place in turns]
        delays_s += [delay for delay in told if delay is not None]
        wrong += sum(not each.is_right for each in found)
        needless += sum(each.kind == CHANGE for each in found) - sum(delay is not None for delay in told)
    return {
        "smoothing_s": choice.smoothing_s, "change_margin": choice.change_margin, "change_hold_s": choice.change_hold_s,
        "told": round(len(delays_s) / max(due, 1), 4),
        "delay_s": round(float(np.median(delays_s)), 3) if delays_s else None,
        "wrong": round(wrong / len(source), 4), "needless": round(needless / len(source), 4),
    }  # fmt: skip


def _told(found: Sequence[Published], series: Series, turn: int) -> float | None:
    """How long after the change of what is shown it was told, in seconds."""
    since_s = series.at_s[turn]
    told = (each.at_s - since_s for each in found if each.at_s >= since_s and each.emotion == series.labels[turn])
    return next(told, None)
