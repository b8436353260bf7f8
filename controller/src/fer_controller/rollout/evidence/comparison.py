"""A wave against its baseline: how far off it is, how likely by chance, and what a model at the limit would do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import comb

from fer_controller.rollout.evidence.exact_test import Stratum, p_value
from fer_controller.rollout.evidence.gated_metrics import GatedMetric
from fer_controller.rollout.evidence.gates import ABSOLUTE, AT_LEAST, DIFFERENCE, Gate
from fer_controller.rollout.evidence.measured import Measured
from fer_controller.rollout.evidence.power import Reading, sure_share, weakest

HALF = 0.5
"""Of its observations a model whose middle one is at the limit has beyond it."""
Pair = tuple[Measured, Measured]
"""One device before and after."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One metric of a wave; before and after are the numbers of observations."""

    value: float
    before: int
    after: int
    p: float
    p_of_danger: float
    """The chance of a change that is beyond twice the margin, in what each single message says."""
    reading: Reading


def compared(gate: Gate, metric: GatedMetric, was: Measured, now: Measured) -> float | None:
    """A device's ratio, difference or value, as the gate limits it; None where it cannot be known."""
    if metric.is_mix:
        return _distance([(was, now)]) if was.seen and now.seen else None
    before, after = metric.value(was), metric.value(now)
    if gate.kind == ABSOLUTE or after is None:
        return after
    if before is None or before < metric.baseline_from:
        return None
    if gate.kind == DIFFERENCE:
        return after - before
    return after / before if before else (1.0 if not after else None)


def compare(gate: Gate, metric: GatedMetric, pairs: Sequence[Pair], value: float) -> Comparison:
    """The wave's devices together; value: the wave's, of what `compared` says of them."""
    return _mixes(gate, pairs) if metric.is_mix else _values(gate, metric, pairs, value)


def _mixes(gate: Gate, pairs: Sequence[Pair]) -> Comparison:
    """A mix has changed when one emotion is more or less frequent than chance explains, of all that could be."""
    emotions = _emotions(pairs)
    rises = {emotion: [_shown(emotion, *pair) for pair in pairs] for emotion in emotions}
    tests = [p_value(strata) for rise in rises.values() for strata in (rise, map(_otherwise, rise))]
    readings = [_reading_of_share(_rarer(rise), gate.limit) for rise in rises.values()]
    before, after = sum(was.seen for was, _ in pairs), sum(now.seen for _, now in pairs)
    p = min(1.0, min(tests) * len(tests))
    return Comparison(_distance(pairs), before, after, p, 1.0, weakest(readings))


def _values(gate: Gate, metric: GatedMetric, pairs: Sequence[Pair], value: float) -> Comparison:
    strata = [_beyond(gate, metric, *pair) for pair in pairs]
    before, after = sum(each.before for each in strata), sum(each.after for each in strata)
    dangerous = not metric.of_faces and not gate.doubled().holds(value)
    danger = _p_of_danger(gate, metric, pairs) if dangerous else 1.0
    reading = max(
        _reading(strata, sure_share(sum(_beyond_at_limit(gate, metric, was) for was, _ in pairs), before)),
        _reading([_beyond(gate, metric, *pair, whole=True) for pair in pairs], HALF),
        key=lambda each: each.power,
    )
    return Comparison(value, before, after, p_value(strata), danger, reading)


def _emotions(pairs: Iterable[Pair]) -> list[str]:
    return sorted({emotion for pair in pairs for side in pair for emotion in side.faces})


def _distance(pairs: Sequence[Pair]) -> float:
    """Total variation distance between the mixes of faces, 0 the same and 1 nothing in common.

    A device counts by how much it has to say on both sides (weights of Mantel and Haenszel).
    """
    weights = [was.seen * now.seen / (was.seen + now.seen) for was, now in pairs]
    gaps = (
        sum(
            weight * (now.faces.get(emotion, 0) / now.seen - was.faces.get(emotion, 0) / was.seen)
            for weight, (was, now) in zip(weights, pairs, strict=True)
        )
        for emotion in _emotions(pairs)
    )
    return sum(map(abs, gaps)) / sum(weights) / 2


def _shown(emotion: str, was: Measured, now: Measured) -> Stratum:
    return Stratum(was.seen, was.faces.get(emotion, 0), now.seen, now.faces.get(emotion, 0))


def _otherwise(each: Stratum) -> Stratum:
    return Stratum(each.before, each.before - each.beyond_before, each.after, each.after - each.beyond_after)


def _rarer(strata: Sequence[Stratum]) -> Sequence[Stratum]:
    """Of an emotion, or of all others where it is what most faces show: what is frequent already can hardly rise."""
    before, beyond = sum(each.before for each in strata), sum(each.beyond_before for each in strata)
    return strata if 2 * beyond <= before else [_otherwise(each) for each in strata]


def _reading_of_share(strata: Sequence[Stratum], margin: float) -> Reading:
    """Of an emotion, had it become more frequent by the whole margin."""
    before, after = sum(each.before for each in strata), sum(each.after for each in strata)
    usual = sum(each.after * each.beyond_before / each.before for each in strata) / after
    at_limit = min(1.0, sure_share(round(usual * before), before) + margin)
    return Reading(after, sum(each.beyond_after for each in strata), usual, at_limit)


def _reading(strata: Sequence[Stratum], at_limit: float) -> Reading:
    before, after = sum(each.before for each in strata), sum(each.after for each in strata)
    usual = sum(each.beyond_before for each in strata) / max(1, before)
    return Reading(after, sum(each.beyond_after for each in strata), usual, at_limit)


def _beyond(gate: Gate, metric: GatedMetric, was: Measured, now: Measured, *, whole: bool = False) -> Stratum:
    """The observations that are nearer to the limit than to the baseline, or beyond the whole way to the limit."""
    before, after, baseline = metric.observations(was), metric.observations(now), metric.value(was)
    if baseline is None:
        return Stratum(0, 0, len(after), len(after))
    cut = gate.moved(baseline, baseline) if whole else gate.cut(baseline)
    return Stratum(
        len(before), sum(gate.is_beyond(each, cut) for each in before),
        len(after), sum(gate.is_beyond(each, cut) for each in after),
    )  # fmt: skip


def _beyond_at_limit(gate: Gate, metric: GatedMetric, was: Measured) -> int:
    """How many of a device's observations before would be, had the model changed them until it is at the limit."""
    baseline = metric.value(was)
    if baseline is None:
        return 0
    cut = gate.cut(baseline)
    return sum(gate.is_beyond(gate.moved(each, baseline), cut) for each in metric.observations(was))


def _p_of_danger(gate: Gate, metric: GatedMetric, pairs: Sequence[Pair]) -> float:
    """The chance that so many devices say nothing any more that is as good as the worst that they said before."""
    sides = [found for pair in pairs if (found := _extremes(gate, metric, *pair)) is not None]
    if not sides:
        return 1.0
    apart = sum(gate.is_beyond(best, worst) for _, best, worst in sides)
    likeliest = max(chance for chance, _, _ in sides)
    return min(1.0, comb(len(sides), apart) * likeliest**apart)


def _extremes(gate: Gate, metric: GatedMetric, was: Measured, now: Measured) -> tuple[float, float, float] | None:
    """The chance that all that came after is worse than all before, the best after, and the worst before.

    What comes and goes by itself is compared minute by minute, anything else message by message.
    """
    name, is_floor = metric.figure, gate.comparison == AT_LEAST
    if metric.patient:
        (low_before, high_before), (low, high) = (_range(each.minutes.get(name, ())) for each in (was, now))
        of = len(was.minutes.get(name, ())), len(now.minutes.get(name, ()))
    else:
        low_before, high_before, low, high = (
            side.get(name) for side in (was.lowest, was.highest, now.lowest, now.highest)
        )
        of = was.samples, now.samples
    best, worst = (high, low_before) if is_floor else (low, high_before)
    return None if best is None or worst is None else (1 / comb(sum(of), of[0]), best, worst)


def _range(values: Sequence[float]) -> tuple[float | None, float | None]:
    return (min(values), max(values)) if values else (None, None)
