"""Judging a wave: what each gate makes of what its devices measured before and after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import comb

from fer_controller.rollout.evidence import spending, wording
from fer_controller.rollout.evidence.comparison import Comparison, Pair, compare, compared
from fer_controller.rollout.evidence.gated_metrics import GATED_METRICS, GatedMetric
from fer_controller.rollout.evidence.gates import Gate
from fer_controller.rollout.evidence.measured import Measured
from fer_controller.rollout.evidence.power import ENOUGH
from fer_controller.rollout.evidence.verdicts import FAILED, INCONCLUSIVE, NOT_MEASURED, PASSED, Verdict

TESTS = 2
"""Of minutes, and of single messages; each may spend half."""
MANY = 30


@dataclass(frozen=True, slots=True)
class Terms:
    """What a verdict needs, and what it may spend.

    samples: telemetry messages of a device before and after; faces: of the wave, likewise; measured: the share of its
    devices that have them. alpha: what each gate may spend on the wave. soaked_s: for how long it has soaked;
    to_the_end: whether that was all of its time. last: the verdicts before these, by gate.
    """

    samples: int = 3
    faces: int = 8
    measured: float = 0.5
    alpha: float = spending.ERROR
    soaked_s: float = 0.0
    to_the_end: bool = True
    last: Mapping[str, Verdict] = field(default_factory=dict)


def judge(
    gates: Sequence[Gate], before: Mapping[str, Measured], after: Mapping[str, Measured], terms: Terms
) -> tuple[Verdict, ...]:
    """The verdict of each gate on the devices in both mappings; one without enough samples in both does not count."""
    return tuple(_judged(gate, before, after, terms) for gate in gates)


def _judged(gate: Gate, before: Mapping[str, Measured], after: Mapping[str, Measured], terms: Terms) -> Verdict:
    metric, of_devices = GATED_METRICS[gate.metric], len(before)
    least = 1 if metric.of_faces else terms.samples
    pairs = [(before[device], after[device]) for device in before if device in after]
    enough = [(was, now) for was, now in pairs if metric.samples(was) >= least and metric.samples(now) >= least]
    known = [(pair, value) for pair in enough if (value := compared(gate, metric, *pair)) is not None]
    if known and len(known) >= terms.measured * of_devices:
        value = metric.together([value for _, value in known]) or 0.0
        found = compare(gate, metric, [pair for pair, _ in known], value)
        return _decided(gate, metric, [pair for pair, _ in known], found, of_devices, terms)
    if not gate.named and len(enough) >= max(1, terms.measured * of_devices) and not any(map(metric.is_known, enough)):
        sentence = f"{metric.title}: no device measures it."
        return Verdict(str(gate), gate.metric, NOT_MEASURED, sentence, of_devices=of_devices)
    sentence = wording.too_little(metric, least, len(known), of_devices)
    last = terms.last.get(str(gate), NO_VERDICT)
    return Verdict(
        str(gate), gate.metric, INCONCLUSIVE, sentence, devices=len(known), of_devices=of_devices,
        evidence=metric.unit_of_evidence, looks=last.looks, looked_at=last.looked_at,
    )  # fmt: skip


NO_VERDICT = Verdict("", "", INCONCLUSIVE, "")


def _decided(
    gate: Gate, metric: GatedMetric, pairs: Sequence[Pair], found: Comparison, of_devices: int, terms: Terms
) -> Verdict:
    """Broken: beyond the limit, and not by chance. Holds: within it, and a model at the limit would have shown."""
    last = terms.last.get(str(gate), NO_VERDICT)
    evidence, alpha = sum(metric.samples(now) for _, now in pairs), spending.level(terms.alpha, last.looks + 1)
    counts = spending.is_due(evidence, last.looked_at) and _could_break(metric, pairs, alpha, terms)
    p, held = _chance(metric, found, terms), gate.holds(found.value)
    broken = counts and not held and p <= alpha
    outcome = FAILED if broken else PASSED if held and found.reading.power >= ENOUGH else INCONCLUSIVE
    needed = found.reading.needed() if outcome == INCONCLUSIVE else None
    verdict = Verdict(
        str(gate), gate.metric, outcome, "", found.value, _side(metric, [was for was, _ in pairs]),
        _side(metric, [now for _, now in pairs]), len(pairs), of_devices, p, alpha, found.reading.power,
        metric.unit_of_evidence, found.before, found.after, needed, last.looks + counts,
        evidence if counts else last.looked_at,
    )  # fmt: skip
    return wording.worded(verdict, gate, metric, terms.soaked_s)


def _chance(metric: GatedMetric, found: Comparison, terms: Terms) -> float:
    """The chance of what was found, of both tests together."""
    if metric.of_faces:
        return found.p
    if metric.patient and not terms.to_the_end:
        return min(1.0, TESTS * found.p_of_danger)
    return min(1.0, TESTS * min(found.p, found.p_of_danger))


def _could_break(metric: GatedMetric, pairs: Sequence[Pair], alpha: float, terms: Terms) -> bool:
    """Whether a look with so much evidence could show anything; one that could not spends nothing."""
    before, after = sum(metric.samples(was) for was, _ in pairs), sum(metric.samples(now) for _, now in pairs)
    if metric.of_faces:
        return min(before, after) >= terms.faces
    return min(before, after) > MANY or TESTS / comb(before + after, after) <= alpha


def _side(metric: GatedMetric, measured: Sequence[Measured]) -> float | None:
    return metric.together([value for each in measured if (value := metric.value(each)) is not None])
