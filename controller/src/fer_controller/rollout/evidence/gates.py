"""Gates: limits on how a wave may differ from its own devices' baseline."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from fer_wire.contracts import CLASSIFIER

from fer_controller.errors import RequestError
from fer_controller.rollout.evidence.gated_metrics import GATED_METRICS, GatedMetric

RATIO = "x"
DIFFERENCE = "+"
ABSOLUTE = ""
AT_LEAST = ">="
AT_MOST = "<="
OFF = "off"

GATE = re.compile(r"\s*(\w+)\s*(>=|<=)\s*([+-]?)(\d{1,9}(?:\.\d{1,6})?)(x?)\s*")


@dataclass(frozen=True, slots=True)
class Gate:
    """One limit; kind says whether it applies to the ratio to the baseline, the difference from it, or the value."""

    metric: str
    comparison: str
    limit: float
    kind: str
    named: bool = True
    """Whether an operator asked for it; a default gate is skipped where no device can measure its metric."""

    def __str__(self) -> str:
        """As it is written."""
        sign = "+" if self.kind == DIFFERENCE and self.limit >= 0 else ""
        return f"{self.metric}{self.comparison}{sign}{self.limit:g}{RATIO if self.kind == RATIO else ''}"

    def holds(self, value: float) -> bool:
        """Whether the value is within the limit."""
        return value >= self.limit if self.comparison == AT_LEAST else value <= self.limit

    def doubled(self) -> "Gate":
        """The limit with twice its margin: a value beyond it is dangerous at once."""
        further = {RATIO: self.limit * self.limit, DIFFERENCE: 2 * self.limit}
        return replace(self, limit=further.get(self.kind, self.limit))

    def moved(self, value: float, baseline: float) -> float:
        """A value of a device with this baseline, had it changed until the device is just at the limit."""
        if self.kind == RATIO:
            return value * self.limit
        return value + (self.limit if self.kind == DIFFERENCE else self.limit - baseline)

    def is_beyond(self, value: float, cut: float) -> bool:
        """Whether a value is worse than a cut."""
        return value < cut if self.comparison == AT_LEAST else value > cut

    def cut(self, baseline: float) -> float:
        """Half the way from a device's baseline to its limit; the limit, where the baseline is beyond it already."""
        limit = self.moved(baseline, baseline)
        return limit if self.is_beyond(baseline, limit) else (baseline + limit) / 2


def parse(text: str) -> Gate:
    """fps>=0.8x, temperature<=+8, latency_p95_ms<=40; raises RequestError."""
    found = GATE.fullmatch(text)
    if not found or (found[3] and found[5]):
        raise RequestError(
            f"{text!r} is not a gate; write fps>=0.8x (ratio to the device's own baseline), temperature<=+8 "
            "(difference from it), latency_p95_ms<=40 (absolute) or METRIC=off."
        )
    if found[1] not in GATED_METRICS:
        raise RequestError(f"There is no metric {found[1]!r}; a gate limits one of {', '.join(GATED_METRICS)}.")
    kind = RATIO if found[5] else DIFFERENCE if found[3] else ABSOLUTE
    if GATED_METRICS[found[1]].is_mix and kind != ABSOLUTE:
        raise RequestError(f"{found[1]} already is a distance from the baseline; write {found[1]}<=0.3.")
    limit = float(found[4]) * (-1 if found[3] == "-" else 1)
    return Gate(found[1], found[2], limit, kind)


def choose(given: Sequence[str], task: str = CLASSIFIER) -> tuple[Gate, ...]:
    """The default gates of a task, each replaced by what is given for its metric, dropped by METRIC=off.

    Raises RequestError.
    """
    defaults = (_default(metric) for metric in GATED_METRICS.values() if metric.default and task in metric.tasks)
    chosen: dict[str, list[Gate]] = {gate.metric: [gate] for gate in defaults}
    renewed: set[str] = set()
    for text in given:
        metric, _, word = text.partition("=")
        if word.strip() == OFF and metric.strip() in GATED_METRICS:
            chosen[metric.strip()] = []
            continue
        gate = parse(text)
        if gate.metric not in renewed:
            chosen[gate.metric] = []
            renewed.add(gate.metric)
        chosen[gate.metric].append(gate)
    return tuple(gate for gates in chosen.values() for gate in gates)


def _default(metric: GatedMetric) -> Gate:
    gate = parse(metric.default)
    return Gate(gate.metric, gate.comparison, gate.limit, gate.kind, named=False)
