"""Judging a wave: what each gate makes of what its devices measured before and after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from math import comb
from typing import Any

from fer_controller.rollout.evidence import spending, wording
from fer_controller.rollout.evidence.comparison import Comparison, Pair, compare, compared
from fer_controller.rollout.evidence.gated_metrics import GATED_METRICS, GatedMetric
from fer_controller.rollout.evidence.gates import Gate
from fer_controller.rollout.evidence.measured import Measured
from fer_controller.rollout.evidence.power import ENOUGH
from fer_controller.rollout.evidence.verdicts import FAILED, INCONCLUSIVE, NOT_MEASURED, PASSED, Verdict

NO_HOURS: Mapping[str, Sequence[Pair]] = {}
TESTS = 2
"""Of minutes, and of single messages; each may spend half."""
MANY = 30
ENOUGH_BEFORE = 50
"""Samples of the same hours of earlier days: so many do, or as many as there are of the time just before the wave."""


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
    gates: Sequence[Gate],
    before: Mapping[str, Measured],
    after: Mapping[str, Measured],
    terms: Terms,
    hours: Mapping[str, Sequence[Pair]] = NO_HOURS,
) -> tuple[Verdict, ...]:
    """The verdict of each gate on the devices in both mappings; one without enough samples in both does not count.

    hours: by device, hour by hour, the same time of earlier days and the time since; what follows the day is compared
    so where the earlier days had enough of it.
    """
    both = {device: (before[device], after[device]) for device in before if device in after}
    return tuple(_judged(gate, both, len(before), terms, hours) for gate in gates)


def _judged(
    gate: Gate, both: Mapping[str, Pair], of_devices: int, terms: Terms, hours: Mapping[str, Sequence[Pair]]
) -> Verdict:
    metric = GATED_METRICS[gate.metric]
    least = 1 if metric.of_faces else terms.samples
    by_hour = {device: _by_the_hour(metric, both[device], hours.get(device, ()), least) for device in both}
    strata = [by_hour[device] or [pair] for device, pair in both.items()]
    enough = [pairs for pairs in strata if all(_has(metric, pair, least) for pair in pairs)]
    known = [[pair for pair in pairs if compared(gate, metric, *pair) is not None] for pairs in enough]
    case = _Case(gate, metric, [pairs for pairs in known if pairs], of_devices, any(by_hour.values()), terms)
    needed = max(1, terms.measured * of_devices)
    if len(case.devices) >= needed:
        return _decided(case)
    if not gate.named and len(enough) >= needed and not any(map(metric.is_known, chain(*enough))):
        return case.verdict(NOT_MEASURED, f"{metric.title}: no device measures it.")
    return case.verdict(INCONCLUSIVE, wording.too_little(metric, least, len(case.devices), of_devices))


def _by_the_hour(metric: GatedMetric, recent: Pair, hours: Sequence[Pair], least: int) -> list[Pair]:
    """The hours of a device that can be compared; none where earlier days had less of it than the time just before."""
    usual = [pair for pair in hours if _has(metric, pair, least)] if metric.follows_the_day else []
    samples = sum(metric.samples(was) for was, _ in usual)
    return usual if samples >= min(ENOUGH_BEFORE, metric.samples(recent[0])) else []


def _has(metric: GatedMetric, pair: Pair, least: int) -> bool:
    return all(metric.samples(side) >= least for side in pair)


@dataclass(frozen=True, slots=True)
class _Case:
    """A gate, the devices of a wave that can be compared, each with its strata, of so many, and the terms."""

    gate: Gate
    metric: GatedMetric
    devices: Sequence[Sequence[Pair]]
    of_devices: int
    by_hour: bool
    terms: Terms

    def verdict(self, outcome: str, sentence: str = "", **numbers: Any) -> Verdict:
        """With what is the same whatever comes out."""
        always = {
            "devices": len(self.devices), "of_devices": self.of_devices, "evidence": self.metric.unit_of_evidence,
            "by_hour": self.by_hour, "looks": self.last.looks, "looked_at": self.last.looked_at,
        }  # fmt: skip
        return Verdict(str(self.gate), self.gate.metric, outcome, sentence, **{**always, **numbers})

    @property
    def pairs(self) -> list[Pair]:
        """The strata of all devices."""
        return list(chain(*self.devices))

    @property
    def value(self) -> float:
        """Of the wave: the ratios, differences or values of its devices together."""
        return self.metric.together([self._of_device(pairs) for pairs in self.devices]) or 0.0

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

    def _of_device(self, pairs: Sequence[Pair]) -> float:
        """Its strata count by how much they have to say on both sides (weights of Mantel and Haenszel)."""
        sizes = [(self.metric.samples(was), self.metric.samples(now)) for was, now in pairs]
        weights = [was * now / (was + now) for was, now in sizes]
        values = [compared(self.gate, self.metric, *pair) or 0.0 for pair in pairs]
        return sum(weight * value for weight, value in zip(weights, values, strict=True)) / sum(weights)

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
    found = compare(gate, metric, case.pairs, case.value)
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
