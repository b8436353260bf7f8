"""What is known for and against a wave: its devices as they measured before it, and the verdicts of its gates."""

import json
from collections.abc import Mapping
from datetime import datetime

from fer_controller.rollout.desired.holdings import artifacts_of
from fer_controller.rollout.evidence import spending
from fer_controller.rollout.evidence.comparison import Pair
from fer_controller.rollout.evidence.hours import Before
from fer_controller.rollout.evidence.judge import Terms, judge
from fer_controller.rollout.evidence.measured import Measured
from fer_controller.rollout.evidence.measurement import loaded, measure, windows_before
from fer_controller.rollout.evidence.verdicts import Verdict
from fer_controller.rollout.steps.live_rollout import LiveRollout
from fer_controller.rollout.transitions import COMMITTED, ROLLED_BACK
from fer_controller.store.measurements.records import Window
from fer_controller.store.rollouts.records import TargetRow, WaveRow


def baselines(rollout: LiveRollout, devices: list[str]) -> dict[str, Measured]:
    """What each device measured until now, at most since its model last changed."""
    tick = rollout.tick
    moves = tick.store.last_moves(devices, (COMMITTED, ROLLED_BACK))
    windows = windows_before(devices, tick.now, tick.settings.baseline_s, moves)
    return measure(tick.store.measurements, windows, tick.settings.minute_s)


def last_look(rollout: LiveRollout) -> str:
    """When the wave that it is at was last judged; empty before the first time. Who waited longest comes first."""
    return rollout.wave.judged_at if rollout.wave else ""


def is_due(rollout: LiveRollout, wave: WaveRow) -> bool:
    """Whether it is time to judge a wave that soaks: it has just soaked, or was last judged a while ago."""
    tick = rollout.tick
    return has_just_soaked(rollout, wave) or tick.later(-tick.settings.judge_every_s) >= wave.judged_at


def has_just_soaked(rollout: LiveRollout, wave: WaveRow) -> bool:
    """Whether it was not judged since it has soaked."""
    return rollout.tick.at >= wave.soak_until > wave.judged_at


def verdicts(rollout: LiveRollout, wave: WaveRow) -> tuple[Verdict, ...]:
    """What each gate says of the wave's committed devices since the wave began to soak."""
    tick, gates = rollout.tick, rollout.request.chosen_gates(rollout.row.task)
    judged = [target for target in rollout.of_wave(wave.number) if target.state == COMMITTED]
    windows = [Window(target.device, wave.soaking_at, tick.at) for target in judged]
    before = {target.device: loaded(target.baseline) for target in judged}
    models_before = {target.device: target.previous_model for target in judged if _changes_model(target)}
    after = measure(tick.store.measurements, windows, tick.settings.minute_s, models_before)
    beside = _beside_earlier_days(rollout, wave, before, models_before)
    return judge(gates, before, after, _terms(rollout, wave, len(gates)), beside)


def _beside_earlier_days(
    rollout: LiveRollout, wave: WaveRow, before: Mapping[str, Measured], models_before: Mapping[str, str]
) -> Mapping[str, list[Pair]]:
    tick, began = rollout.tick, datetime.fromisoformat(wave.soaking_at)
    moves = tick.store.last_moves(before, (COMMITTED, ROLLED_BACK), wave.started_at)
    devices = {
        device: Before(recent, models_before.get(device), moves.get(device, "")) for device, recent in before.items()
    }
    return tick.earlier.beside(rollout.row.id, began, tick.now, devices)


def _terms(rollout: LiveRollout, wave: WaveRow, gates: int) -> Terms:
    tick, settings = rollout.tick, rollout.tick.settings
    return Terms(
        settings.min_samples, settings.min_faces, settings.min_measured,
        alpha=spending.share(gates, len(rollout.waves)),
        soaked_s=tick.since(wave.soaking_at),
        to_the_end=tick.at >= wave.soak_until,
        last={each["gate"]: Verdict(**each) for each in json.loads(wave.verdicts)},
    )  # fmt: skip


def _changes_model(target: TargetRow) -> bool:
    artifacts = artifacts_of(target.artifacts)
    return bool(artifacts) and target.previous_model not in {artifact.model for artifact in artifacts}
