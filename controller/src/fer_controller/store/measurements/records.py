"""What devices measured in windows of time."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """A span of the controller's time in which a device is measured: since included, until not."""

    device: str
    since: str
    until: str


@dataclass(frozen=True, slots=True)
class TelemetrySums:
    """A device's telemetry in a window; a mean is None where nothing was measured."""

    device: str
    samples: int
    fps: float | None
    latency_p95_ms: float | None
    temperature_c: float | None
    throttled: float | None
    memory_mb: float | None
    on_cpu: float | None
    errors: int
    restarts: int


@dataclass(frozen=True, slots=True)
class EmotionSums:
    """How often a device saw an emotion in a window, and the sum of the confidences."""

    device: str
    emotion: str
    events: int
    confidence: float
