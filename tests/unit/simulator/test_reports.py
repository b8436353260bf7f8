"""What simulated devices say of themselves: classes, reports and telemetry, and how some of them lie."""

import random
from collections import Counter
from typing import Any

import pytest
from fer_simulator.clock import Timers, TurnedClock
from fer_simulator.devices.disk import Disk, Slots
from fer_simulator.devices.health import Health
from fer_simulator.devices.reports import FALSE_HASH, WRONG_HASH, WRONG_KEY, Reports
from fer_simulator.errors import ScenarioError
from fer_simulator.traits import device_classes as classes
from fer_simulator.traits import effects
from fer_simulator.traits.device_classes import CLASSES
from fer_simulator.traits.effects import GOOD, Effect
from fer_simulator.traits.faults import LYING
from fer_simulator.traits.identity import Identity
from fer_wire import Reported, Telemetry, parse
from fer_wire.contracts import SETTINGS, TASKS
from fer_wire.device.precisions import CPU, TENSORRT
from simulated_device import DEVICE, FACTORY, NANO, START, SimulatedDevice


def reports_of(device: SimulatedDevice, *faults: str, seed: int = 0) -> Reports:
    return Reports(Identity(DEVICE, NANO, frozenset(faults)), device.disk, random.Random(seed))


def telemetry(effect: Effect, seed: int = 1, seconds: int = 50) -> list[Telemetry]:
    clock, found = TurnedClock(), list[Telemetry]()
    timers = Timers(clock)
    health, disk = Health(NANO, 15.0, random.Random(seed), timers), Disk(Slots(FACTORY))
    for _ in range(seconds):
        found.append(parse(Telemetry, health.telemetry(DEVICE, "run", disk, effect, 7).payload()))
        clock.turn(timers, 10.0)
    return found


def mean(figures: Any) -> float:
    known = list(figures)
    return float(sum(known) / len(known))


def test_a_device_reports_its_class_and_what_it_runs() -> None:
    report = parse(Reported, reports_of(SimulatedDevice()).report("run-1", START, GOOD).payload())
    assert report.capabilities.device_class == "nano"
    assert report.capabilities.providers[0] == TENSORRT
    assert report.capabilities.precisions == ("fp16", "fp32")
    assert report.running is not None
    assert (report.running.model, report.running.sha256) == (FACTORY.model, FACTORY.sha256)
    assert (report.update, report.previous) == (None, "")


def test_a_device_reports_a_whole_set_of_models() -> None:
    report = parse(Reported, reports_of(SimulatedDevice()).report("run-1", START, GOOD).payload())
    assert report.capabilities.tasks == (*TASKS, SETTINGS)
    assert {task: serves.model for task, serves in report.eyes.items()} == {
        "finder": "factory-finder@1.0.0/fp16",
        "landmarker": "factory-landmarker@1.0.0/fp16",
    }


def test_a_blind_device_says_that_no_frame_has_a_face() -> None:
    shares = {
        blind: mean(each.cameras[0].face_share for each in telemetry(Effect({"blind": blind}))) for blind in (0.0, 1.0)
    }
    assert shares[0.0] == pytest.approx(0.6, abs=0.02)
    assert shares[1.0] == 0


def test_a_device_reports_its_update_by_the_key_of_the_desired_state() -> None:
    device = SimulatedDevice()
    order = device.offer("1.1.0", attempt=2)
    device.order(order)
    device.pass_s(20)
    report = reports_of(device).report("run-1", START, GOOD)
    assert report.update is not None
    assert (report.update.rollout, report.update.attempt, report.update.sha256) == order.key
    assert report.update.state == "committed"
    assert report.update.downloaded_bytes == report.update.size_bytes == order.size_bytes
    assert report.previous == FACTORY.model


@pytest.mark.parametrize("seed", range(6))
def test_a_liar_reports_a_hash_or_a_key_that_is_not_so(seed: int) -> None:
    device = SimulatedDevice()
    order = device.offer("1.1.0")
    device.order(order)
    device.pass_s(20)
    liar = reports_of(device, LYING, seed=seed)
    report = liar.report("run-1", START, GOOD)
    assert report.update is not None
    assert (report.update.rollout, report.update.attempt, report.update.sha256) != order.key
    assert report.running is not None
    assert (report.running.sha256 == FALSE_HASH) == (liar.lie == WRONG_HASH)


def test_there_are_liars_of_both_kinds() -> None:
    assert {reports_of(SimulatedDevice(), LYING, seed=seed).lie for seed in range(10)} == {WRONG_HASH, WRONG_KEY}
    assert reports_of(SimulatedDevice()).lie == ""


def test_telemetry_varies_around_the_figures_of_the_class() -> None:
    found = telemetry(GOOD)
    rates = [each.cameras[0].fps or 0.0 for each in found]
    assert mean(rates) == pytest.approx(15, rel=0.02)
    assert len(set(rates)) > 10
    assert mean(each.cameras[0].latency_p50_ms for each in found) == pytest.approx(NANO.latency_ms, rel=0.03)
    assert {each.provider for each in found} == {TENSORRT}
    assert found[-1].cameras[0].frames == pytest.approx(15 * 490, rel=0.02)


def test_an_effect_shows_in_the_telemetry() -> None:
    effect = effects.parsed("m:fps=0.5,latency=2,temperature=20,memory=500,errors=0.1,throttled=1,fallback=1")[1]
    good, bad = telemetry(GOOD), telemetry(effect)
    assert mean(each.cameras[0].fps for each in bad) == pytest.approx(7.5, rel=0.02)
    assert mean(each.cameras[0].latency_p95_ms for each in bad) / mean(
        each.cameras[0].latency_p95_ms for each in good
    ) == pytest.approx(2, rel=0.05)
    heat = [mean(each.host.cpu_temperature_c for each in found) for found in (good, bad)]
    assert heat[1] - heat[0] == pytest.approx(20, abs=0.5)
    memory = [mean(each.host.agent_memory_mb for each in found) for found in (good, bad)]
    assert memory[1] - memory[0] == pytest.approx(500, rel=0.05)
    assert bad[-1].errors == 49
    assert bad[-1].host.throttled
    assert bad[-1].provider == CPU


def test_the_same_seed_measures_the_same() -> None:
    def figures(seed: int) -> list[Any]:
        return [(each.cameras, each.host) for each in telemetry(GOOD, seed)]

    assert figures(1) == figures(1) != figures(2)


def test_a_mix_has_all_classes_by_their_shares_and_the_seed_says_which() -> None:
    drawn = classes.drawn("mix", 1000, random.Random(1))
    counted = Counter(each.name for each in drawn)
    assert set(counted) == {each.name for each in CLASSES}
    assert counted["nano"] == pytest.approx(400, abs=60)
    assert classes.drawn("mix", 1000, random.Random(1)) == drawn
    assert {each.name for each in classes.drawn("orin", 5, random.Random(1))} == {"orin"}
    with pytest.raises(ScenarioError, match="there is no such class"):
        classes.drawn("toaster", 5, random.Random(1))
