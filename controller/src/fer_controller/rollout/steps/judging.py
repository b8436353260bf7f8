"""What is known for and against a wave: its devices as they measured before it, and the verdicts of its gates."""

from fer_controller.rollout.evidence import gates
from fer_controller.rollout.evidence.gated_metrics import Minima
from fer_controller.rollout.evidence.gates import Verdict
from fer_controller.rollout.evidence.measured import Measured
from fer_controller.rollout.evidence.measurement import loaded, measure, windows_before
from fer_controller.rollout.steps.live_rollout import LiveRollout
from fer_controller.rollout.transitions import COMMITTED, ROLLED_BACK
from fer_controller.store.measurements.records import Window
from fer_controller.store.rollouts.records import WaveRow


def baselines(rollout: LiveRollout, devices: list[str]) -> dict[str, Measured]:
    """What each device measured until now, at most since its model last changed."""
    tick = rollout.tick
    moves = tick.store.last_moves(devices, (COMMITTED, ROLLED_BACK))
    return measure(tick.store.measurements, windows_before(devices, tick.now, tick.settings.baseline_s, moves))


def is_due(rollout: LiveRollout, wave: WaveRow) -> bool:
    """Whether it is time to judge a wave that soaks: it has soaked, or was last judged a while ago."""
    tick = rollout.tick
    return tick.at >= wave.soak_until or tick.later(-tick.settings.judge_every_s) >= wave.judged_at


def verdicts(rollout: LiveRollout, wave: WaveRow) -> tuple[Verdict, ...]:
    """What each gate says of the wave's committed devices since the wave began to soak."""
    tick, settings = rollout.tick, rollout.tick.settings
    judged = [target for target in rollout.of_wave(wave.number) if target.state == COMMITTED]
    windows = [Window(target.device, wave.soaking_at, tick.at) for target in judged]
    before = {target.device: loaded(target.baseline) for target in judged}
    after = measure(tick.store.measurements, windows)
    minima = Minima(settings.min_samples, settings.min_events, settings.min_measured)
    found = gates.judge(rollout.request.chosen_gates(rollout.row.task), before, after, minima)
    return found if tick.at >= wave.soak_until else tuple(map(gates.waited, found))
