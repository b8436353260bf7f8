"""What is measured of a device, and how its devices' figures make a wave's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median


@dataclass(frozen=True, slots=True)
class Measured:
    """One device's figures over a window of time; None where it measured nothing."""

    samples: int = 0
    fps: float | None = None
    latency_p95_ms: float | None = None
    errors_a_minute: float | None = None
    restarts: int = 0
    on_cpu: float | None = None
    temperature_c: float | None = None
    throttled: float | None = None
    memory_mb: float | None = None
    emotions: dict[str, int] = field(default_factory=dict)
    confidence: float | None = None

    @property
    def events(self) -> int:
        """Emotion events in the window."""
        return sum(self.emotions.values())


@dataclass(frozen=True, slots=True)
class Minima:
    """How much a verdict needs: samples and events of a device, and the share of devices that have them."""

    samples: int = 3
    events: int = 20
    measured: float = 0.5


def distance(was: Measured, now: Measured) -> float | None:
    """Total variation distance between the distributions of emotions: 0 the same, 1 nothing in common."""
    if not was.events or not now.events:
        return None
    names = {*was.emotions, *now.emotions}
    return sum(_apart(was, now, name) for name in names) / 2


def _apart(was: Measured, now: Measured, emotion: str) -> float:
    return abs(was.emotions.get(emotion, 0) / was.events - now.emotions.get(emotion, 0) / now.events)


def middle(values: Sequence[float]) -> float | None:
    """The median; None when there are no values."""
    return median(values) if values else None


def mean(values: Sequence[float]) -> float | None:
    """The mean; None when there are no values."""
    return fmean(values) if values else None


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure of a device; `together` combines the devices' figures into the wave's.

    What a median would hide when only a few devices suffer (restarts, faults, a fallback) is combined by the mean.
    """

    title: str
    unit: str
    value: Callable[[Measured], float | None]
    together: Callable[[Sequence[float]], float | None] = middle
    of_events: bool = False
    distance: Callable[[Measured, Measured], float | None] | None = None

    def samples(self, measured: Measured) -> int:
        """How many samples or events the device has."""
        return measured.events if self.of_events else measured.samples

    def minimum(self, minima: Minima) -> int:
        """How many it must have."""
        return minima.events if self.of_events else minima.samples

    @property
    def unit_of_samples(self) -> str:
        """What is counted: events or telemetry messages."""
        return "events" if self.of_events else "telemetry messages"


METRICS: dict[str, Metric] = {
    "fps": Metric("The frame rate", "frames/s", lambda m: m.fps),
    "latency_p95_ms": Metric("The p95 latency", "ms", lambda m: m.latency_p95_ms),
    "errors": Metric("The rate of faults", "a minute", lambda m: m.errors_a_minute, mean),
    "restarts": Metric("The number of restarts", "a device", lambda m: float(m.restarts), mean),
    "provider_fallback": Metric("The share run by the CPU", "of 1", lambda m: m.on_cpu, mean),
    "temperature": Metric("The temperature", "°C", lambda m: m.temperature_c),
    "throttled": Metric("The share of time throttled", "of 1", lambda m: m.throttled, mean),
    "memory": Metric("The agent's memory", "MB", lambda m: m.memory_mb),
    "emotion_mix": Metric("The mix of emotions", "", lambda m: float(m.events), of_events=True, distance=distance),
    "confidence": Metric("The mean confidence", "of 1", lambda m: m.confidence, of_events=True),
}
