"""A real agent and a real Mosquitto: settings from afar, and what holds when the agent is killed anywhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from acceptance.fleet import until
from acceptance.updating import World
from fer_wire.reported import COMMITTED, DOWNLOADING, PROBATION, STAGED, VERIFIED
from fer_wire.tuning import SettingValues
from real_broker import Mosquitto
from unit.agent.update.making import settings_order

pytestmark = [pytest.mark.mosquitto, pytest.mark.timeout(300)]

NEW: SettingValues = {"emotion.smoothing_s": 0.25, "faces.smallest_px": 20.0}


@pytest.fixture
def world(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[World]:
    world = World(tmp_path, mosquitto)
    world.agent.start()
    until(lambda: world.operator.reports and world.operator.events, "the first report and event")
    yield world
    world.end()


def afar(world: World) -> SettingValues:
    said = world.operator.reports[-1].settings
    assert said is not None
    return said.afar


def test_settings_hold_are_told_and_outlive_the_run(world: World) -> None:
    world.operator.order(settings_order(NEW, probation_s=2.0))
    world.await_state(COMMITTED)
    assert world.operator.states == [DOWNLOADING, VERIFIED, STAGED, PROBATION, COMMITTED]
    assert afar(world) == NEW
    assert world.agent.stop() == 0
    world.agent.start()
    until(lambda: len({report.run for report in world.operator.reports}) == 2, "the report of the next run")
    assert afar(world) == NEW
    world.said()


@pytest.mark.parametrize("state", [VERIFIED, STAGED, PROBATION, COMMITTED])
def test_kill_9_in_any_state_ends_on_the_new_ones_and_never_on_half(world: World, state: str) -> None:
    world.operator.order(settings_order(NEW, probation_s=3.0))
    until(lambda: world.has_reached(state), state, 90)
    world.agent.kill()
    world.agent.start()
    world.await_state(COMMITTED)
    assert afar(world) == NEW
    assert all(report.settings and report.settings.afar in ({}, NEW) for report in world.operator.reports)
    world.said()


def test_settings_with_which_the_agent_dies_three_times_are_given_up(world: World) -> None:
    world.operator.order(settings_order(NEW, probation_s=600.0))
    world.await_state(PROBATION)
    for _ in range(3):
        runs = len({report.run for report in world.operator.reports})
        world.agent.kill()
        world.agent.start()
        until(lambda runs=runs: len({report.run for report in world.operator.reports}) > runs, "the next run")  # type: ignore[misc]
    world.await_state("rolled_back")
    assert afar(world) == {}
    world.said()


def test_what_the_device_sets_itself_and_what_nobody_may_be_told_is_refused(world: World) -> None:
    world.operator.order(settings_order({"events.heartbeat_s": 9.0, "broker.url": "mqtt://evil"}))
    world.await_state("rejected")
    update = world.operator.reports[-1].update
    assert update is not None
    assert "broker.url: no such setting can be changed from afar" in update.reason
    world.operator.order(settings_order({"events.heartbeat_s": 9.0}, rollout="s2", sequence=2))
    until(lambda: "heartbeat_s: it is set on the device itself (environment)" in _reason(world), "the reason")
    assert afar(world) == {}


def _reason(world: World) -> str:
    update = world.operator.reports[-1].update
    return update.reason if update else ""
