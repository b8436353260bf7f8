"""A metric: where telemetry has it, how it is stored and summed up, how a gate judges it, and where it is shown."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from fer_wire import Telemetry
from fer_wire.contracts import SETTINGS, TASKS

MEAN, LOWEST, HIGHEST = "mean", "lowest", "highest"
"""How the values of a minute or an hour become one."""
AVERAGE, INCREASE_A_MINUTE, SHARE_ON_CPU, RESTARTS = "average", "increase a minute", "share on CPU", "restarts"
"""How the values of a device in a window of time become one figure for a gate."""
MEDIAN_DEVICE, MEAN_DEVICE, MEAN_LOSS = "median", "mean", "mean loss"
"""How the figures of a wave's devices become one; what a median would hide is combined by the mean.

In a mean loss no device's gain makes up for another's loss.
"""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a rollup keeps of a metric; a mean needs two columns, its sum and the number of its samples."""

    kind: str
    field: str
    """Its name in documents; a lowest or highest value has this column, too."""
    heading: str
    sum_column: str = ""
    samples_column: str = ""


@dataclass(frozen=True, slots=True)
class Gating:
    """How rollouts judge a metric."""

    name: str
    """As gates are written: temperature<=+8."""
    figure: str
    """Its name in baselines."""
    default: str
    """The gate that holds unless an operator gives another; empty where none does."""
    window: str = AVERAGE
    together: str = MEDIAN_DEVICE
    tasks: tuple[str, ...] = (*TASKS, SETTINGS)
    """The default holds for rollouts of models with these."""
    baseline_from: float = 0.0
    """A lower figure is no baseline: it is too near to nothing to be compared with."""
    patient: bool = False
    """Whether it comes and goes by itself, so that only the whole time of a wave tells whether it got worse."""


@dataclass(frozen=True, slots=True)
class Export:
    """A metric as Prometheus reads it; scale brings it to Prometheus's base units."""

    name: str
    meaning: str
    scale: float = 1.0
    counter: bool = False


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure of a device or a camera; what is left empty it does not have.

    title: as a sentence names it, in lower case
    unit, digits: as the page and the sentences of gates show it
    source: where a telemetry message has it, as in "host.cpu_percent"
    value: how it is made of a message, where no single field has it
    column: of the table of telemetry; a new one needs a migration
    summaries: what rollups keep of it, which the page draws as the lines of one chart
    gating: how rollouts judge it
    export: its name at /metrics
    heading: over its column in `fer-controller telemetry`
    """

    title: str
    unit: str = ""
    digits: int = 0
    source: str = ""
    value: Callable[[Telemetry], float | None] | None = None
    column: str = ""
    summaries: tuple[Summary, ...] = ()
    gating: Gating | None = None
    export: Export | None = None
    heading: str = ""

    def of(self, measured: object) -> float | None:
        """Its value in a telemetry message, or in a camera's part of one; None where it was not measured."""
        if self.value is not None and isinstance(measured, Telemetry):
            return self.value(measured)
        found: float | None = attrgetter(self.source)(measured)
        return found

    @property
    def counts(self) -> bool:
        """Whether telemetry has a count since the run began, and only its increase is the metric."""
        return self.gating is not None and self.gating.window == INCREASE_A_MINUTE

    def schema(self, kind: str = "") -> dict[str, Any]:
        """The JSON Schema of a field that holds one of its values."""
        described = ", ".join(filter(None, (self.title, kind, self.unit)))
        return {"description": described, "anyOf": [{"type": "number"}, {"type": "null"}]}
