"""What gates judge: the metrics of telemetry that have a gate, and two of the emotions that a device saw."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from fer_wire.contracts import SETTINGS, TASKS

from fer_controller.metrics.catalogue import GATED
from fer_controller.metrics.metric import MEAN_DEVICE, MEAN_LOSS, MEDIAN_DEVICE, Gating, Metric
from fer_controller.rollout.evidence.measured import Measured


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
    figure: str = ""
    """Its name in baselines; empty for what faces tell."""
    is_mix: bool = False
    """Whether it is a distance of distributions, and no figure of its own."""
    tasks: tuple[str, ...] = (*TASKS, SETTINGS)
    """The default gate holds for rollouts of these."""
    baseline_from: float = 0.0
    """A lower baseline is none."""
    patient: bool = False
    """Whether it is judged by the whole time of a wave, unless it is lost altogether."""

    @property
    def of_faces(self) -> bool:
        """Whether a face is an observation, rather than a minute of a device."""
        return not self.figure

    @property
    def follows_the_day(self) -> bool:
        """Whether it depends on who comes by, and so on the time of day."""
        return self.of_faces or self.patient

    @property
    def unit_of_evidence(self) -> str:
        """What is counted."""
        return "faces" if self.of_faces else "minutes"

    def samples(self, measured: Measured) -> int:
        """How many faces or telemetry messages there are."""
        return measured.seen if self.of_faces else measured.samples

    def is_known(self, pair: tuple[Measured, Measured]) -> bool:
        """Whether a device measures it, before or after."""
        return any(self.value(each) is not None for each in pair)

    def observations(self, measured: Measured) -> Sequence[float]:
        """The value of each face or minute."""
        return measured.confidences if self.of_faces else measured.minutes.get(self.figure, ())


def _of_telemetry(metric: Metric, gating: Gating) -> GatedMetric:
    return GatedMetric(
        f"The {metric.title}", metric.unit, gating.default, lambda measured: measured.figure(gating.figure),
        TOGETHER[gating.together], gating.figure, tasks=gating.tasks, baseline_from=gating.baseline_from,
        patient=gating.patient,
    )  # fmt: skip


GATED_METRICS: dict[str, GatedMetric] = {
    **{gating.name: _of_telemetry(metric, gating) for metric, gating in GATED},
    "emotion_mix": GatedMetric("The mix of emotions", "", "emotion_mix<=0.3", lambda m: float(m.seen), is_mix=True),
    "confidence": GatedMetric("The mean confidence", "of 1", "confidence>=-0.15", lambda m: m.confidence),
}
"""By the names that gates are written with."""
