"""Rollups as they stand in the store."""

from dataclasses import asdict, dataclass
from typing import Any

MINUTE = "minute"
HOUR = "hour"
RESOLUTIONS = (MINUTE, HOUR)


@dataclass(frozen=True, slots=True)
class TelemetryRollup:
    """What one device said of itself in the minute or hour that began at start; None where it said nothing of it."""

    start: str
    device: str
    samples: int
    fps_mean: float | None
    fps_min: float | None
    latency_p95_mean_ms: float | None
    latency_p95_max_ms: float | None
    cpu_mean_percent: float | None
    temperature_max_c: float | None
    agent_memory_max_mb: float | None
    pending_events_max: int

    def document(self) -> dict[str, Any]:
        """As it is printed."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class EmotionRollup:
    """What one camera saw of one emotion in that minute or hour: events (ends of tracks are none), faces that began."""

    start: str
    device: str
    camera: str
    emotion: str
    events: int
    faces: int
    confidence_mean: float

    def document(self) -> dict[str, Any]:
        """As it is printed."""
        return asdict(self)
