"""What a verdict says: what changed, whether the gate holds, and how that is known or what is missing."""

from dataclasses import replace

from fer_controller.rollout.evidence.gated_metrics import GatedMetric
from fer_controller.rollout.evidence.gates import DIFFERENCE, RATIO, Gate
from fer_controller.rollout.evidence.verdicts import FAILED, INCONCLUSIVE, PASSED, Verdict

WORDS = {PASSED: "holds", FAILED: "is broken", INCONCLUSIVE: "is undecided"}
HOUR_S, MINUTE_S = 3600, 60


def worded(verdict: Verdict, gate: Gate, metric: GatedMetric, soaked_s: float) -> Verdict:
    """The verdict with its sentences."""
    reason = {
        PASSED: _holds(verdict), FAILED: _broken(verdict), INCONCLUSIVE: _undecided(verdict, gate, soaked_s)
    }  # fmt: skip
    words = f"{_change(verdict, gate, metric)}; {gate} {WORDS[verdict.outcome]}. {reason[verdict.outcome]}"
    return replace(verdict, sentence=words)


def too_little(metric: GatedMetric, least: int, devices: int, of_devices: int) -> str:
    """Of a metric that was hardly measured."""
    unit = ("face" if metric.of_faces else "telemetry message") + ("s" if least > 1 else "")
    needs = f", and a baseline of {metric.baseline_from:g} or more" if metric.baseline_from else ""
    return (
        f"{metric.title}: {devices} of {of_devices} devices have enough samples before and after "
        f"({least} {unit} each{needs})."
    )


def _change(verdict: Verdict, gate: Gate, metric: GatedMetric) -> str:
    value = verdict.value or 0.0
    if metric.is_mix:
        return f"{metric.title} is {value:.3g} away from the baseline"
    was, now = ("unknown" if number is None else f"{number:.3g}" for number in (verdict.before, verdict.after))
    compared = {RATIO: f", {value:.3g} times the baseline", DIFFERENCE: f", {value:+.3g} on the baseline"}
    return f"{metric.title} went from {was} to {now} {metric.unit}{compared.get(gate.kind, '')}"


def _evidence(verdict: Verdict) -> str:
    when = " in the same hours of earlier days" if verdict.by_hour else ""
    return f"{verdict.evidence_after} {verdict.evidence} after and {verdict.evidence_before} before{when}"


def _broken(verdict: Verdict) -> str:
    return (
        f"Chance does not explain it: p = {verdict.p:.2g} on {_evidence(verdict)}, where {verdict.alpha:.2g} would do."
    )


def _holds(verdict: Verdict) -> str:
    return (
        f"A model at the limit would have looked worse in {_percent(verdict)} % of all cases, on {_evidence(verdict)}."
    )


def _undecided(verdict: Verdict, gate: Gate, soaked_s: float) -> str:
    p, alpha = verdict.p or 0.0, verdict.alpha or 0.0
    if not gate.holds(verdict.value or 0.0):
        chance = "It may be chance" if p > alpha else "Chance hardly explains it, yet it is too early to say"
        known = f"{chance}: p = {p:.2g} on {_evidence(verdict)}, where {alpha:.2g} would do."
    else:
        known = (
            f"A model at the limit would have looked worse in only {_percent(verdict)} % of all cases, "
            f"on {_evidence(verdict)}."
        )
    return f"{known} {_missing(verdict, soaked_s)}"


def _percent(verdict: Verdict) -> int:
    return int(100 * (verdict.power or 0.0))


def _missing(verdict: Verdict, soaked_s: float) -> str:
    needed, found = verdict.evidence_needed, verdict.evidence_after
    if needed is None:
        return f"No soak would do: {verdict.evidence_before} {verdict.evidence} before are too few to compare with."
    if needed <= found:
        return "It needs more of them."
    wait = f", in {_span(soaked_s * (needed - found) / found)} at the present rate" if found and soaked_s else ""
    return f"About {needed} {verdict.evidence} would decide{wait}."


def _span(seconds: float) -> str:
    if seconds >= HOUR_S:
        return f"{seconds / HOUR_S:.1f} h"
    return f"{seconds / MINUTE_S:.0f} min" if seconds >= 2 * MINUTE_S else f"{max(1, seconds):.0f} s"
