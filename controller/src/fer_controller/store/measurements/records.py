"""What devices measured in windows of time."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """A span of the controller's time in which a device is measured, from since up to but not including until."""

    device: str
    since: str
    until: str


@dataclass(frozen=True, slots=True)
class TelemetrySums:
    """A device's telemetry in a window; a figure is None where nothing was measured."""

    device: str
    samples: int
    figures: Mapping[str, float | None]
    """By the names of the metrics in baselines; an increase is that of the whole window."""


@dataclass(frozen=True, slots=True)
class EmotionSums:
    """How often a device saw an emotion in a window, and the sum of its confidences."""

    device: str
    emotion: str
    events: int
    confidence: float
