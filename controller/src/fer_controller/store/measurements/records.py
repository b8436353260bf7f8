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
class TelemetryMinute:
    """A device's telemetry in one minute of a window; a figure is None where nothing was measured.

    figures, lowest, highest: by the names of the metrics in baselines; what all messages of the minute say together,
    and the least and most that one of them says. A counter has its increase.
    """

    device: str
    samples: int
    figures: Mapping[str, float | None]
    lowest: Mapping[str, float | None]
    highest: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class TrackEmotion:
    """How often a device saw an emotion on one face, read by one model, and the sum of the confidences."""

    device: str
    epoch: str
    camera: str
    track: int
    model: str
    emotion: str
    events: int
    confidence: float
