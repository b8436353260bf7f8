"""Judging a wave: what each gate makes of what its devices measured before and after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import comb
from typing import Any

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
    metric = GATED_METRICS[gate.metric]
    least = 1 if metric.of_faces else terms.samples
    both = [(before[device], after[device]) for device in before if device in after]
    enough = [pair for pair in both if all(metric.samples(side) >= least for side in pair)]
    known = [pair for pair in enough if compared(gate, metric, *pair) is not None]
    case = _Case(gate, metric, known, len(before), terms)
    needed = max(1, terms.measured * len(before))
    if len(known) >= needed:
        return _decided(case)
    if not gate.named and len(enough) >= needed and not any(map(metric.is_known, enough)):
        return case.verdict(NOT_MEASURED, f"{metric.title}: no device measures it.")
    return case.verdict(INCONCLUSIVE, wording.too_little(metric, least, len(known), len(before)))


@dataclass(frozen=True, slots=True)
class _Case:
    """A gate, the devices of a wave that can be compared, of so many, and the terms."""

    gate: Gate
    metric: GatedMetric
    pairs: Sequence[Pair]
    of_devices: int
    terms: Terms

    def verdict(self, outcome: str, sentence: str = "", **numbers: Any) -> Verdict:
        """With what is the same whatever comes out."""
        always = {
            "devices": len(self.pairs), "of_devices": self.of_devices, "evidence": self.metric.unit_of_evidence,
            "looks": self.last.looks, "looked_at": self.last.looked_at,
        }  # fmt: skip
        return Verdict(str(self.gate), self.gate.metric, outcome, sentence, **{**always, **numbers})

    @property
    def last(self) -> Verdict:
        """The gate's verdict before; a blank one before the first."""
        return self.terms.last.get(str(self.gate)) or Verdict("", "", INCONCLUSIVE, "")

    @property
    def samples(self) -> tuple[int, int]:
        """Faces or telemetry messages before and after."""
        before, after = (sum(map(self.metric.samples, side)) for side in zip(*self.pairs, strict=True))
        return before, after

    def figure(self, side: int) -> float | None:
        """Of the wave before (0) or after (1)."""
        values = (self.metric.value(pair[side]) for pair in self.pairs)
        return self.metric.together([value for value in values if value is not None])

    def counts(self, alpha: float) -> bool:
        """Whether this look spends error: there is enough news, and enough of it to break the gate at all."""
        before, after = self.samples
        if not spending.is_due(after, self.last.looked_at):
            return False
        if self.metric.of_faces:
            return min(before, after) >= self.terms.faces
        return min(before, after) > MANY or TESTS / comb(before + after, after) <= alpha


def _decided(case: _Case) -> Verdict:
    """Broken: beyond the limit, and not by chance. Holds: within it, and a model at the limit would have shown."""
    gate, metric, terms = case.gate, case.metric, case.terms
    values = [value for pair in case.pairs if (value := compared(gate, metric, *pair)) is not None]
    found = compare(gate, metric, case.pairs, metric.together(values) or 0.0)
    alpha = spending.level(terms.alpha, case.last.looks + 1)
    counts, p, held = case.counts(alpha), _chance(metric, found, terms), gate.holds(found.value)
    broken = counts and not held and p <= alpha
    outcome = FAILED if broken else PASSED if held and found.reading.power >= ENOUGH else INCONCLUSIVE
    spent: dict[str, Any] = {"looks": case.last.looks + 1, "looked_at": case.samples[1]} if counts else {}
    verdict = case.verdict(
        outcome, value=found.value, before=case.figure(0), after=case.figure(1), p=p, alpha=alpha,
        power=found.reading.power, evidence_before=found.before, evidence_after=found.after,
        evidence_needed=found.reading.needed() if outcome == INCONCLUSIVE else None, **spent,
    )  # fmt: skip
    return wording.worded(verdict, gate, metric, terms.soaked_s)


def _chance(metric: GatedMetric, found: Comparison, terms: Terms) -> float:
    """The chance of what was found, of both tests together."""
    if metric.of_faces:
        return found.p
    if metric.patient and not terms.to_the_end:
        return min(1.0, TESTS * found.p_of_danger)
    return min(1.0, TESTS * min(found.p, found.p_of_danger))
