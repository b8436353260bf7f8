"""The life of a wave: it begins, its devices update, it soaks, and its gates decide; then comes the next one."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fer_controller.rollout import audit
from fer_controller.rollout.evidence import gates
from fer_controller.rollout.evidence.gates import Verdict
from fer_controller.rollout.evidence.measurement import dumped
from fer_controller.rollout.steps import judging, rollback, telling
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
from fer_controller.store.rollout_records import TargetRow, WaveRow


def advance(rollout: LiveRollout) -> None:
    """Take the wave that the rollout is at one step further."""
    wave = rollout.wave
    if wave is None:
        _complete(rollout)
        return
    if wave.state == WAITING:
        wave = _begin(rollout, wave)
    count = Headcount.of(rollout.of_wave(wave.number))
    if count.failed > rollout.request.max_failures * count.devices:
        _turn_back(rollout, wave, _failures(rollout, count))
    elif wave.state == UPDATING:
        _update(rollout, wave)
    elif wave.state == SOAKING and judging.is_due(rollout, wave):
        _judge(rollout, wave)


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


def _complete(rollout: LiveRollout) -> None:
    """Every wave has passed."""
    counts = Counter(target.state for target in rollout.targets.values())
    found = ", ".join(f"{number} {state}" for state, number in sorted(counts.items()))
    rollout.decide(rollout.row, COMPLETE, audit.ENDED, f"The rollout is completed: {found}.", numbers=dict(counts))


def _begin(rollout: LiveRollout, wave: WaveRow) -> WaveRow:
    """Keep the baseline of the wave's devices before any of them is told."""
    tick = rollout.tick
    devices = [target.device for target in rollout.of_wave(wave.number) if target.state == PENDING]
    before = judging.baselines(rollout, devices)
    for device in devices:
        rollout.update(rollout.targets[device], baseline=dumped(before[device]))
    enough = sum(each.samples >= tick.settings.min_samples for each in before.values())
    return rollout.decide(
        wave, START, audit.WAVE_STARTED,
        f"Wave {wave.number} of {len(rollout.waves)} begins with {len(devices)} devices; "
        f"{enough} of them have a baseline.",
        numbers={"devices": len(devices), "baselines": enough},
        started_at=tick.at, deadline_at=tick.later(rollout.request.deadline_s),
    )  # fmt: skip


def _update(rollout: LiveRollout, wave: WaveRow) -> None:
    """Tell devices, wait for them until the deadline, and go on when none is still updating."""
    telling.tell_devices(rollout, wave)
    deadline_s = min(rollout.request.deadline_s, rollback.REPORTS_WITHIN_S)
    if rollout.tick.is_past(wave.deadline_at, deadline_s):
        stop_waiting(rollout, wave, "the wave's deadline passed")
    count = Headcount.of(rollout.of_wave(wave.number))
    if count.unsettled:
        return
    if not count.devices:
        pass_wave(rollout, wave, f"Wave {wave.number} passed: no device is left in it.")
    elif not count.committed or count.committed < rollout.request.min_committed * count.devices:
        _pause(rollout, wave, f"Only {count.committed} of {count.devices} devices of wave {wave.number} committed.")
    else:
        _soak(rollout, wave, count)


def _soak(rollout: LiveRollout, wave: WaveRow, count: Headcount) -> None:
    tick, soak_s = rollout.tick, rollout.request.soak_s
    rollout.decide(
        wave, SETTLE, audit.WAVE_SOAKS,
        f"{count.committed} of {count.devices} devices of wave {wave.number} committed; it soaks {soak_s:g} s.",
        numbers={"committed": count.committed, "devices": count.devices},
        soaking_at=tick.at, soak_until=tick.later(soak_s), judged_at=tick.at,
    )  # fmt: skip


def _judge(rollout: LiveRollout, wave: WaveRow) -> None:
    """A broken gate turns the rollout back at once; a wave that has soaked passes, or pauses for want of samples."""
    tick, verdicts = rollout.tick, judging.verdicts(rollout, wave)
    documents = json.dumps([verdict.document() for verdict in verdicts], ensure_ascii=False)
    wave = rollout.update(wave, judged_at=tick.at, verdicts=documents)
    outcome = gates.outcome(verdicts)
    if outcome == gates.FAILED:
        _turn_back(rollout, wave, _sentences(verdicts, outcome))
    elif tick.at < wave.soak_until:
        return
    elif outcome == gates.PASSED:
        held = sum(verdict.outcome == gates.PASSED for verdict in verdicts)
        pass_wave(rollout, wave, f"Wave {wave.number} passed: {held} of {len(verdicts)} gates hold, none is broken.")
    elif tick.is_past(wave.soak_until, rollout.request.soak_s):
        _pause(rollout, wave, f"Wave {wave.number} cannot be judged: {_sentences(verdicts, outcome)}")


def stop_waiting(rollout: LiveRollout, wave: WaveRow, reason: str) -> None:
    """Wait no longer for devices that are still updating; what they were told stays."""
    for target in rollout.of_wave(wave.number):
        if target.state in UNSETTLED:
            sentence = f"{target.device} is not waited for any longer: {reason} (it was {target.state})."
            rollout.decide(target, TIME_OUT, audit.TIMED_OUT, sentence, reason=reason)


def pass_wave(rollout: LiveRollout, wave: WaveRow, sentence: str, actor: str = audit.RUNNER) -> None:
    """The wave is good; the next one begins with the next tick."""
    rollout.decide(wave, PASS, audit.WAVE_PASSED, sentence, reason=sentence, actor=actor, numbers=_gates(wave))


def _turn_back(rollout: LiveRollout, wave: WaveRow, reason: str) -> None:
    """The wave is bad: the rollout goes back."""
    sentence = f"Wave {wave.number} failed: {reason}"
    rollout.decide(wave, FAIL, audit.WAVE_FAILED, sentence, reason=reason, numbers=_gates(wave))
    rollout.move(rollout.row, STOP, reason)
    rollback.begin(rollout, reason)


def _pause(rollout: LiveRollout, wave: WaveRow, reason: str) -> None:
    """Nothing goes on until an operator has looked."""
    sentence = f"{reason} The rollout pauses; `fer-controller rollouts promote` passes the wave, resume tries again."
    rollout.decide(rollout.row, PAUSE, audit.PAUSED, sentence, reason=reason, wave=wave.number, numbers=_gates(wave))


def _failures(rollout: LiveRollout, count: Headcount) -> str:
    limit = rollout.request.max_failures
    return f"{count.failed} of {count.devices} devices failed, more than {limit:.1%}; one: {count.one_failure}."


def _gates(wave: WaveRow) -> dict[str, object]:
    return {"gates": json.loads(wave.verdicts)}


def _sentences(verdicts: Iterable[Verdict], outcome: str) -> str:
    return " ".join(verdict.sentence for verdict in verdicts if verdict.outcome == outcome)
