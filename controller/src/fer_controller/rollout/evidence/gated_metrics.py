"""What gates judge: the metrics of telemetry that have a gate, and two of the emotions that a device saw."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from fer_wire.contracts import TASKS

from fer_controller.metrics.catalogue import GATED
from fer_controller.metrics.metric import MEAN_DEVICE, MEAN_LOSS, MEDIAN_DEVICE, Gating, Metric
from fer_controller.rollout.evidence.measured import Measured


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


def mean_loss(values: Sequence[float]) -> float | None:
    """The mean, in which everything above 1 counts as 1; None when there are no values."""
    return fmean(min(1.0, value) for value in values) if values else None


TOGETHER: dict[str, Callable[[Sequence[float]], float | None]] = {
    MEDIAN_DEVICE: middle, MEAN_DEVICE: mean, MEAN_LOSS: mean_loss,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class GatedMetric:
    """One figure of a device; `together` combines the figures of devices into the figure of their wave."""

    title: str
    unit: str
    default: str
    value: Callable[[Measured], float | None]
    together: Callable[[Sequence[float]], float | None] = middle
    of_events: bool = False
    distance: Callable[[Measured, Measured], float | None] | None = None
    tasks: tuple[str, ...] = TASKS
    """The default gate holds for rollouts of these."""
    baseline_from: float = 0.0
    """A lower baseline is none."""
    patient: bool = False
    """Whether it is judged by the whole time of a wave alone."""

    def samples(self, measured: Measured) -> int:
        """How much evidence there is."""
        return measured.events if self.of_events else measured.samples

    def minimum(self, minima: Minima) -> int:
        """How much there must be."""
        return minima.events if self.of_events else minima.samples

    @property
    def unit_of_samples(self) -> str:
        """What is counted."""
        return "events" if self.of_events else "telemetry messages"


def _of_telemetry(metric: Metric, gating: Gating) -> GatedMetric:
    return GatedMetric(
        f"The {metric.title}", metric.unit, gating.default, lambda measured: measured.figure(gating.figure),
        TOGETHER[gating.together], tasks=gating.tasks, baseline_from=gating.baseline_from, patient=gating.patient,
    )  # fmt: skip


GATED_METRICS: dict[str, GatedMetric] = {
    **{gating.name: _of_telemetry(metric, gating) for metric, gating in GATED},
    "emotion_mix": GatedMetric(
        "The mix of emotions", "", "emotion_mix<=0.3", lambda m: float(m.events), of_events=True, distance=distance
    ),
    "confidence": GatedMetric(
        "The mean confidence", "of 1", "confidence>=-0.15", lambda m: m.confidence, of_events=True
    ),
}
"""By the names that gates are written with."""
