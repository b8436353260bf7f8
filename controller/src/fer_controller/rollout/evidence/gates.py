"""Gates: limits on how a wave may differ from its own devices' baseline, and the verdicts with their numbers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from fer_wire.contracts import CLASSIFIER

from fer_controller.errors import RequestError
from fer_controller.rollout.evidence.gated_metrics import GATED_METRICS, GatedMetric, Minima
from fer_controller.rollout.evidence.measured import Measured

PASSED = "passed"
FAILED = "failed"
INCONCLUSIVE = "inconclusive"
NOT_MEASURED = "not measured"

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


@dataclass(frozen=True, slots=True)
class Verdict:
    """A gate's verdict on a wave, and the numbers behind it."""

    gate: str
    metric: str
    outcome: str
    sentence: str
    value: float | None = None
    before: float | None = None
    after: float | None = None
    devices: int = 0
    of_devices: int = 0

    def document(self) -> dict[str, Any]:
        """As it is stored and printed."""
        return asdict(self)


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
    if GATED_METRICS[found[1]].distance and kind != ABSOLUTE:
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


def judge(
    gates: Sequence[Gate], before: Mapping[str, Measured], after: Mapping[str, Measured], minima: Minima
) -> tuple[Verdict, ...]:
    """The verdict of each gate on the devices in both mappings; one without enough samples in both does not count."""
    return tuple(_judged(gate, before, after, minima) for gate in gates)


def waited(verdict: Verdict) -> Verdict:
    """What it comes to while the wave goes on: what comes and goes by itself is not broken yet."""
    if verdict.outcome != FAILED or not GATED_METRICS[verdict.metric].patient:
        return verdict
    return replace(verdict, outcome=INCONCLUSIVE, sentence=f"{verdict.sentence} The whole time of the wave decides.")


def outcome(verdicts: Sequence[Verdict]) -> str:
    """The wave's outcome: failed when one gate failed, else inconclusive when one is, else passed."""
    found = {verdict.outcome for verdict in verdicts}
    return FAILED if FAILED in found else INCONCLUSIVE if INCONCLUSIVE in found else PASSED


def _default(metric: GatedMetric) -> Gate:
    gate = parse(metric.default)
    return Gate(gate.metric, gate.comparison, gate.limit, gate.kind, named=False)


def _judged(gate: Gate, before: Mapping[str, Measured], after: Mapping[str, Measured], minima: Minima) -> Verdict:
    metric, of_devices = GATED_METRICS[gate.metric], len(before)
    least = metric.minimum(minima)
    pairs = [(before[device], after[device]) for device in before if device in after]
    enough = [(was, now) for was, now in pairs if metric.samples(was) >= least and metric.samples(now) >= least]
    values = [value for was, now in enough if (value := _compared(gate, metric, was, now)) is not None]
    needed = minima.measured * of_devices
    value = metric.together(values)
    if value is not None and len(values) >= needed:
        held = gate.holds(value)
        sides = _side(metric, [was for was, _ in enough]), _side(metric, [now for _, now in enough])
        sentence = _sentence(gate, metric, value, *sides, held=held)
        found = PASSED if held else FAILED
        return Verdict(str(gate), gate.metric, found, sentence, value, *sides, len(values), of_devices)
    if not gate.named and len(enough) >= max(1, needed) and not any(_known(metric, pair) for pair in enough):
        sentence = f"{metric.title}: no device measures it."
        return Verdict(str(gate), gate.metric, NOT_MEASURED, sentence, of_devices=of_devices)
    needs = f", and a baseline of {metric.baseline_from:g} or more" if metric.baseline_from else ""
    sentence = (
        f"{metric.title}: {len(values)} of {of_devices} devices have enough samples before and after "
        f"({least} {metric.unit_of_samples} each{needs})."
    )
    return Verdict(str(gate), gate.metric, INCONCLUSIVE, sentence, None, None, None, len(values), of_devices)


def _compared(gate: Gate, metric: GatedMetric, was: Measured, now: Measured) -> float | None:
    if metric.distance:
        return metric.distance(was, now)
    before, after = metric.value(was), metric.value(now)
    if gate.kind == ABSOLUTE or after is None:
        return after
    if before is None or before < metric.baseline_from:
        return None
    if gate.kind == DIFFERENCE:
        return after - before
    return after / before if before else (1.0 if not after else None)


def _side(metric: GatedMetric, measured: Sequence[Measured]) -> float | None:
    return metric.together([value for each in measured if (value := metric.value(each)) is not None])


def _known(metric: GatedMetric, pair: tuple[Measured, Measured]) -> bool:
    return any(metric.value(each) is not None for each in pair)


def _sentence(
    gate: Gate, metric: GatedMetric, value: float, before: float | None, after: float | None, *, held: bool
) -> str:
    word = "holds" if held else "is broken"
    if metric.distance:
        return f"{metric.title} is {value:.3g} away from the baseline; {gate} {word}."
    was, now = ("unknown" if number is None else f"{number:.3g}" for number in (before, after))
    compared = {RATIO: f", {value:.3g} times the baseline", DIFFERENCE: f", {value:+.3g} on the baseline"}
    return f"{metric.title} went from {was} to {now} {metric.unit}{compared.get(gate.kind, '')}; {gate} {word}."
