"""What the gates could decide on a first wave of a model that changes nothing, and how long it would have to soak."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import cycle, islice
from math import ceil

from fer_controller.rollout.evidence import spending
from fer_controller.rollout.evidence.judge import Terms, judge
from fer_controller.rollout.evidence.measured import Measured
from fer_controller.rollout.evidence.measurement import measure, windows_before
from fer_controller.rollout.evidence.verdicts import INCONCLUSIVE, Verdict
from fer_controller.rollout.planning.plan import Plan
from fer_controller.rollout.transitions import COMMITTED, ROLLED_BACK
from fer_controller.settings import RolloutSettings
from fer_controller.store.measurements.records import Window
from fer_controller.store.rollouts.store import RolloutStore

TOO_SHORT = "At a soak of {soak} wave 1 would leave {gates} undecided; a soak of {longer} would do."
NO_SOAK = "In the last {baseline} wave 1 measured too little for {gates}; no soak would do before it has measured more."
NOT_ASKED = "Without a soak no gate is asked: a wave passes as soon as its devices have committed."
MINUTE_S = 60


def doubts(store: RolloutStore, planned: Plan, settings: RolloutSettings, now: datetime) -> tuple[str, ...]:
    """Sentences about gates that would stay undecided; none where all of them could decide."""
    devices = [each.device for each in planned.devices if each.wave == 1]
    gates, soak_s = planned.request.chosen_gates(planned.task), planned.request.soak_s
    if not devices or not soak_s:
        return (NOT_ASKED,) if devices else ()
    if not gates:
        return ()
    windows = windows_before(devices, now, settings.baseline_s, store.last_moves(devices, (COMMITTED, ROLLED_BACK)))
    before = measure(store.measurements, windows, settings.minute_s)
    after = {
        each.device: expected(was, soak_s / _observed_s(was, each, settings.minute_s))
        for each, was in ((each, before[each.device]) for each in windows)
    }
    terms = Terms(
        settings.min_samples, settings.min_faces, settings.min_measured,
        alpha=spending.share(len(gates), len(planned.waves)), soaked_s=soak_s,
    )  # fmt: skip
    undecided = [each for each in judge(gates, before, after, terms) if each.outcome == INCONCLUSIVE]
    return tuple(_sentences(undecided, soak_s, settings.baseline_s))


def expected(was: Measured, share: float) -> Measured:
    """What a device would measure in a share of the time in which it measured this, or in a multiple of it."""
    faces = {emotion: round(faces * share) for emotion, faces in was.faces.items()}
    return was.model_copy(
        update={
            "samples": round(was.samples * share),
            "faces": faces,
            "confidences": _resized(was.confidences, sum(faces.values())),
            "minutes": {name: _resized(each, round(len(each) * share)) for name, each in was.minutes.items()},
        }
    )


def _resized(values: Sequence[float], length: int) -> tuple[float, ...]:
    return tuple(islice(cycle(values), length))


def _observed_s(was: Measured, window: Window, minute_s: float) -> float:
    """For how long it measured; a device that was away for a part of its window says more in a minute."""
    minutes = max(map(len, was.minutes.values()), default=0)
    length = datetime.fromisoformat(window.until) - datetime.fromisoformat(window.since)
    return minutes * minute_s or length.total_seconds() or 1.0


def _sentences(undecided: Iterable[Verdict], soak_s: float, baseline_s: float) -> Iterable[str]:
    """One sentence for those that a longer soak would decide, and one for those that none would."""
    needs = {each.gate: _soak_s(each, soak_s) for each in undecided}
    longer = {gate: needed_s for gate, needed_s in needs.items() if needed_s is not None}
    if longer:
        yield TOO_SHORT.format(soak=_typed(soak_s), gates=", ".join(longer), longer=_typed(ceil(max(longer.values()))))
    if len(longer) < len(needs):
        gates = ", ".join(gate for gate in needs if gate not in longer)
        yield NO_SOAK.format(baseline=_typed(baseline_s), gates=gates)


def _soak_s(verdict: Verdict, soak_s: float) -> float | None:
    needed, found = verdict.evidence_needed, verdict.evidence_after
    return soak_s * max(needed, found + 1) / found if needed is not None and found else None


def _typed(seconds: float) -> str:
    """A length of time as --soak takes it."""
    return f"{seconds:g}s" if seconds < MINUTE_S else f"{ceil(seconds / MINUTE_S)}m"
