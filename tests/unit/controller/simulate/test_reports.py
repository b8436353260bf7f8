"""What simulated devices say of themselves: classes, reports and telemetry, and how some of them lie."""

import random
from collections import Counter
from typing import Any

import pytest
from fakes_simulate import DEVICE, FACTORY, NANO, Bench
from fer_controller.errors import SettingsError
from fer_controller.simulate import classes, effects
from fer_controller.simulate.classes import CLASSES
from fer_controller.simulate.disk import Disk, Slots
from fer_controller.simulate.effects import GOOD, Effect
from fer_controller.simulate.faults import LYING
from fer_controller.simulate.fetching import Nature
from fer_controller.simulate.health import Health
from fer_controller.simulate.reports import FALSE_HASH, WRONG_HASH, WRONG_KEY, Reports
from fer_wire import Reported, Telemetry, parse
from fer_wire.device.precisions import CPU, TENSORRT


def reports_of(bench: Bench, *faults: str, seed: int = 0) -> Reports:
    return Reports(Nature(DEVICE, NANO, frozenset(faults)), bench.disk, random.Random(seed))


def telemetry(effect: Effect, seed: int = 1, seconds: int = 50) -> list[Telemetry]:
    health = Health(NANO, 15.0, random.Random(seed), 0.0)
    disk = Disk(Slots(FACTORY))
    found = [health.telemetry(DEVICE, "run", disk, effect, 7, float(now)) for now in range(0, seconds * 10, 10)]
    return [parse(Telemetry, each.payload()) for each in found]


def mean(figures: Any) -> float:
    known = list(figures)
    return float(sum(known) / len(known))


def test_a_device_reports_its_class_and_what_it_runs() -> None:
    report = parse(Reported, reports_of(Bench()).report("run-1", GOOD).payload())
    assert report.capabilities.device_class == "nano"
    assert report.capabilities.providers[0] == TENSORRT
    assert report.capabilities.precisions == ("fp16", "fp32")
    assert report.running is not None
    assert (report.running.model, report.running.sha256) == (FACTORY.model, FACTORY.sha256)
    assert (report.update, report.previous) == (None, "")


def test_a_device_reports_its_update_by_the_key_of_the_desired_state() -> None:
    bench = Bench()
    order = bench.offer("1.1.0", attempt=2)
    bench.order(order)
    bench.clock.pass_s(20)
    report = reports_of(bench).report("run-1", GOOD)
    assert report.update is not None
    assert (report.update.rollout, report.update.attempt, report.update.sha256) == order.key
    assert report.update.state == "committed"
    assert report.update.downloaded_bytes == report.update.size_bytes == order.size_bytes
    assert report.previous == FACTORY.model


@pytest.mark.parametrize("seed", range(6))
def test_a_liar_reports_a_hash_or_a_key_that_is_not_so(seed: int) -> None:
    bench = Bench()
    order = bench.offer("1.1.0")
    bench.order(order)
    bench.clock.pass_s(20)
    liar = reports_of(bench, LYING, seed=seed)
    report = liar.report("run-1", GOOD)
    assert report.update is not None
    assert (report.update.rollout, report.update.attempt, report.update.sha256) != order.key
    assert report.running is not None
    assert (report.running.sha256 == FALSE_HASH) == (liar.lie == WRONG_HASH)


def test_there_are_liars_of_both_kinds() -> None:
    assert {reports_of(Bench(), LYING, seed=seed).lie for seed in range(10)} == {WRONG_HASH, WRONG_KEY}
    assert reports_of(Bench()).lie == ""


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
    with pytest.raises(SettingsError, match="there is no such class"):
        classes.drawn("toaster", 5, random.Random(1))
