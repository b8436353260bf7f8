"""The life of a wave: it begins, its devices update, it soaks, and its gates decide; then comes the next one."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fer_wire.message import iso_utc

from fer_controller.rollout import audit
from fer_controller.rollout.evidence import verdicts
from fer_controller.rollout.evidence.measurement import dumped
from fer_controller.rollout.evidence.verdicts import Verdict
from fer_controller.rollout.steps import judging, telling
from fer_controller.rollout.steps.decision import Decision
from fer_controller.rollout.steps.live_rollout import LiveRollout
from fer_controller.rollout.transitions import (
    COMMITTED,
    COMPLETE,
    FAIL,
    FAILED,
    PASS,
    PAUSE,
    PENDING,
    QUARANTINED,
    SETTLE,
    SKIPPED,
    SOAKING,
    START,
    STOP,
    SUPERSEDED,
    TIME_OUT,
    UNSETTLED,
    UPDATING,
    WAITING,
)
from fer_controller.store.rollouts.records import TargetRow, WaveRow

SHORT_AND_WHOLE = (verdicts.reason, verdicts.sentences)


def advance(rollout: LiveRollout) -> Iterator[Decision]:
    """Take the wave that the rollout is at one step further."""
    wave = rollout.wave
    if wave is None:
        yield _completed(rollout)
        return
    if wave.state == WAITING:
        if not rollout.is_open:
            yield from _wait(rollout, wave)
            return
        if not rollout.tick.takes_a_look():
            return
        yield from _begin(rollout, wave)
    wave = rollout.waves[wave.number]
    count = Headcount.of(rollout.of_wave(wave.number))
    if count.failed > rollout.request.max_failures * count.devices:
        yield from _turn_back(rollout, wave, _failures(rollout, count))
    elif wave.state == UPDATING:
        yield from _update(rollout, wave)
    elif wave.state == SOAKING and judging.is_due(rollout, wave) and rollout.tick.takes_a_look():
        yield from _judge(rollout, wave)


@dataclass(frozen=True, slots=True)
class Headcount:
    """How the devices of a wave fare; those that are left out or that a later rollout took do not count."""

    devices: int
    committed: int
    failed: int
    unsettled: int
    one_failure: str

    @classmethod
    def of(cls, targets: Sequence[TargetRow]) -> "Headcount":
        """Count them."""
        failed = [target for target in targets if target.state in (FAILED, QUARANTINED)]
        states = Counter(target.state for target in targets)
        return cls(
            devices=states.total() - states[SKIPPED] - states[SUPERSEDED],
            committed=states[COMMITTED],
            failed=len(failed),
            unsettled=sum(states[state] for state in UNSETTLED),
            one_failure=failed[0].reason if failed else "",
        )


def _completed(rollout: LiveRollout) -> Decision:
    counts = Counter(target.state for target in rollout.targets.values())
    found = ", ".join(f"{number} {state}" for state, number in sorted(counts.items()))
    return Decision(rollout.row, COMPLETE, audit.ENDED, f"The rollout is completed: {found}.", dict(counts))


def _begin(rollout: LiveRollout, wave: WaveRow) -> Iterator[Decision]:
    """Keep the baseline of the wave's devices before any of them is told."""
    tick = rollout.tick
    targets = [target for target in rollout.of_wave(wave.number) if target.state == PENDING]
    before = judging.baselines(rollout, [target.device for target in targets])
    for target in targets:
        yield Decision(target, fields={"baseline": dumped(before[target.device])})
    enough = sum(each.samples >= tick.settings.min_samples for each in before.values())
    yield Decision(
        wave, START, audit.WAVE_STARTED,
        f"Wave {wave.number} of {len(rollout.waves)} begins with {len(targets)} devices; "
        f"{enough} of them have a baseline.",
        {"devices": len(targets), "baselines": enough},
        fields={"started_at": tick.at, "deadline_at": tick.later(rollout.request.deadline_s)},
    )  # fmt: skip


def _wait(rollout: LiveRollout, wave: WaveRow) -> Iterator[Decision]:
    """The window is closed: no further device is told until it opens."""
    reason = f"Wave {wave.number} waits until {rollout.opening}."
    if rollout.row.reason != reason:
        sentence = f"{reason} No further device is told before; those under way go on."
        yield Decision(rollout.row, action=audit.WAITS, sentence=sentence, fields={"reason": reason}, wave=wave.number)


def _update(rollout: LiveRollout, wave: WaveRow) -> Iterator[Decision]:
    """Tell devices, wait for them until the deadline, and go on when none is still updating."""
    if not rollout.is_open and any(target.state == PENDING for target in rollout.of_wave(wave.number)):
        yield from _wait(rollout, wave)
        deadline_at = rollout.tick.after(iso_utc(rollout.opens_at), rollout.request.deadline_s)
        if wave.deadline_at != deadline_at:
            yield Decision(wave, fields={"deadline_at": deadline_at})
            wave = rollout.waves[wave.number]
    elif rollout.row.reason:
        yield Decision(rollout.row, fields={"reason": ""})
    yield from telling.tell_devices(rollout, wave)
    if rollout.tick.is_overdue(wave.deadline_at, rollout.request.deadline_s):
        yield from stop_waiting(rollout, wave, "the wave's deadline passed")
    count = Headcount.of(rollout.of_wave(wave.number))
    if count.unsettled:
        return
    if not count.devices:
        yield passed(wave, f"Wave {wave.number} passed: no device is left in it.")
    elif not count.committed or count.committed < rollout.request.min_committed * count.devices:
        reason = f"Only {count.committed} of {count.devices} devices of wave {wave.number} committed."
        yield _paused(rollout, wave, reason)
    else:
        yield _soaks(rollout, wave, count)


def _soaks(rollout: LiveRollout, wave: WaveRow, count: Headcount) -> Decision:
    tick, soak_s = rollout.tick, rollout.request.soak_s
    return Decision(
        wave, SETTLE, audit.WAVE_SOAKS,
        f"{count.committed} of {count.devices} devices of wave {wave.number} committed; it soaks {soak_s:g} s.",
        {"committed": count.committed, "devices": count.devices},
        fields={"soaking_at": tick.at, "soak_until": tick.later(soak_s), "judged_at": tick.at},
    )  # fmt: skip


def _judge(rollout: LiveRollout, wave: WaveRow) -> Iterator[Decision]:
    """A broken gate turns the rollout back at once; a wave that has soaked passes, or soaks on until it must pause."""
    if not rollout.request.soak_s:
        yield passed(wave, f"Wave {wave.number} passed: it does not soak, so its gates are not asked.")
        return
    tick, found, soaked = rollout.tick, judging.verdicts(rollout, wave), judging.has_just_soaked(rollout, wave)
    documents = json.dumps([verdict.document() for verdict in found], ensure_ascii=False)
    yield Decision(wave, fields={"judged_at": tick.at, "verdicts": documents})
    wave, outcome = rollout.waves[wave.number], verdicts.outcome(found)
    if outcome == verdicts.FAILED:
        yield from _turn_back(rollout, wave, verdicts.reason(found, outcome), verdicts.sentences(found, outcome))
    elif tick.at < wave.soak_until:
        return
    elif outcome == verdicts.PASSED:
        held = sum(verdict.outcome == verdicts.PASSED for verdict in found)
        yield passed(wave, f"Wave {wave.number} passed: {held} of {len(found)} gates hold, none is broken.")
    elif tick.is_past(tick.after(wave.soak_until, rollout.request.patience_s), rollout.request.soak_s):
        reason, whole = (f"Wave {wave.number} cannot be judged: {of(found, outcome)}" for of in SHORT_AND_WHOLE)
        yield _paused(rollout, wave, reason, whole)
    elif soaked:
        yield _soaks_on(rollout, wave, found)


def _soaks_on(rollout: LiveRollout, wave: WaveRow, found: Sequence[Verdict]) -> Decision:
    until = rollout.tick.after(wave.soak_until, rollout.request.patience_s)
    sentence = f"Wave {wave.number} soaks on, at most until {until}: {verdicts.sentences(found, verdicts.INCONCLUSIVE)}"
    return Decision(wave, action=audit.WAVE_SOAKS_ON, sentence=sentence, numbers=_gates(wave))


def stop_waiting(rollout: LiveRollout, wave: WaveRow, reason: str) -> Iterator[Decision]:
    """Wait no longer for devices that are still updating; what they were told stays."""
    for target in rollout.of_wave(wave.number):
        if target.state in UNSETTLED:
            sentence = f"{target.device} is not waited for any longer: {reason} (it was {target.state})."
            yield Decision(target, TIME_OUT, audit.TIMED_OUT, sentence, reason=reason)


def passed(wave: WaveRow, sentence: str, actor: str = audit.RUNNER) -> Decision:
    """The wave is good; the next one begins with the next tick."""
    return Decision(wave, PASS, audit.WAVE_PASSED, sentence, _gates(wave), reason=sentence, actor=actor)


def _turn_back(rollout: LiveRollout, wave: WaveRow, reason: str, whole: str = "") -> Iterator[Decision]:
    """The wave is bad: the rollout goes back, as rollback.py says; the log has the whole reason."""
    sentence = f"Wave {wave.number} failed: {whole or reason}"
    yield Decision(wave, FAIL, audit.WAVE_FAILED, sentence, _gates(wave), reason=reason)
    yield Decision(rollout.row, STOP, reason=reason)


def _paused(rollout: LiveRollout, wave: WaveRow, reason: str, whole: str = "") -> Decision:
    """Nothing goes on until an operator has looked; the log has the whole reason."""
    sentence = (
        f"{whole or reason} The rollout pauses; `fer-controller rollouts promote` passes the wave, resume tries again."
    )
    return Decision(rollout.row, PAUSE, audit.PAUSED, sentence, _gates(wave), reason=reason, wave=wave.number)


def _failures(rollout: LiveRollout, count: Headcount) -> str:
    limit = rollout.request.max_failures
    return f"{count.failed} of {count.devices} devices failed, more than {limit:.1%}; one: {count.one_failure}."


def _gates(wave: WaveRow) -> dict[str, object]:
    return {"gates": json.loads(wave.verdicts)}
