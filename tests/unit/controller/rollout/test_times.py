"""Rollouts that begin at a time, and tell devices within windows alone; the world begins on a Saturday at 12:00 UTC."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fakes_rollout import BAD, START, World, a_model
from fer_controller.store.rollouts.records import Changes, TargetRow
from fer_wire.contracts import FINDER
from stepped_device import SteppedDevice

NEXT_HOUR = "2026-01-31T13:00+00:00"
AFTERNOON = "13:00-13:10 UTC"
DEVICES = 6


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    models = [a_model(), a_model(BAD), a_model("eyes", task=FINDER)]
    made = World(tmp_path, *(SteppedDevice(f"nano-{n}") for n in range(DEVICES)), models=models)
    yield made
    made.close()


def deploy(world: World, **words: object) -> str:
    return world.deploy(**{"model": "light", "precision": "fp16", **words})


def pass_to(world: World, time: str) -> None:
    """The next tick is at this time of the first day."""
    hour, minute = map(int, time.split(":"))
    world.round((START.replace(hour=hour, minute=minute) - world.now).total_seconds())


def told(world: World) -> int:
    return sum(bool(device.started) for device in world.devices.values())


def waits(world: World, rollout: str) -> list[str]:
    return [sentence for sentence in world.explained(rollout) if "aits until" in sentence]


def test_a_rollout_with_a_start_is_scheduled_until_then_and_says_so_once(world: World) -> None:
    rollout = deploy(world, start=NEXT_HOUR)
    for _ in range(3):
        world.round()
    assert (world.rollout(rollout).state, told(world)) == ("scheduled", 0)
    assert world.rollout(rollout).reason == "It waits until Sat 13:00 UTC."
    assert waits(world, rollout) == ["It waits until Sat 13:00 UTC. Then it begins."]
    pass_to(world, "13:00")
    assert world.rollout(rollout).state == "running"
    world.until(rollout, "completed")


def test_a_window_holds_back_the_first_wave_and_the_next_ones_but_not_what_is_under_way(world: World) -> None:
    rollout = deploy(world, windows=(AFTERNOON,), waves="1,100%", soak="12m")
    world.round()
    assert world.rollout(rollout).reason == "It waits until Sat 13:00 UTC."
    pass_to(world, "13:09")
    world.round()
    pass_to(world, "13:10")
    for _ in range(5):
        world.round()
    assert world.wave(rollout, 1).state == "soaking"
    pass_to(world, "13:30")
    world.round()
    assert (world.wave(rollout, 1).state, world.wave(rollout, 2).state) == ("passed", "waiting")
    assert world.rollout(rollout).reason == "Wave 2 waits until Sun 13:00 UTC."
    assert len(waits(world, rollout)) == 2
    world.round((START + timedelta(days=1, hours=1) - world.now).total_seconds())
    world.round()
    assert (world.wave(rollout, 2).state, world.rollout(rollout).reason) == ("updating", "")


def test_devices_that_were_not_told_before_the_window_closed_are_told_in_the_next_and_get_the_whole_time(
    world: World,
) -> None:
    for device in world.devices.values():
        device.behaviour = "stuck"
    rollout = deploy(world, windows=(AFTERNOON,), waves="100%", concurrency=2, deadline="5m", max_failures="100%")
    pass_to(world, "13:09")
    world.round()
    assert told(world) == 2
    pass_to(world, "13:20")
    world.round()
    assert world.rollout(rollout).reason == "Wave 1 waits until Sun 13:00 UTC."
    assert world.wave(rollout, 1).deadline_at == "2026-02-01T13:05:00.000Z"
    assert sorted(world.states(rollout).values()).count("pending") == DEVICES - 2
    for device in world.devices.values():
        device.behaviour = "honest"
    world.round((START + timedelta(days=1, hours=1) - world.now).total_seconds())
    world.until(rollout, "completed")
    assert set(world.states(rollout).values()) == {"committed"}


def test_a_device_that_failed_is_tried_again_outside_of_the_window_for_it_is_under_way(world: World) -> None:
    failing = world.devices["nano-0"]
    failing.behaviour = "failing"
    rollout = deploy(world, devices=("nano-0",), windows=(AFTERNOON,), waves="100%", attempts=50, max_failures="100%")
    pass_to(world, "13:09")
    world.round()
    failing.behaviour = "honest"
    pass_to(world, "13:11")
    for _ in range(30):
        world.round()
    assert world.target(rollout, "nano-0").state == "committed"
    assert world.target(rollout, "nano-0").attempt > 1


def test_a_bad_model_goes_back_at_once_whatever_the_window_says(world: World) -> None:
    rollout = deploy(world, model=BAD, windows=(AFTERNOON,), soak="20m")
    pass_to(world, "13:09")
    for _ in range(5):
        world.round()
    pass_to(world, "13:15")
    world.until(rollout, "rolled_back")
    assert world.now < START.replace(hour=14)


def test_a_pause_by_a_person_stays_one_when_the_window_opens(world: World) -> None:
    rollout = deploy(world, windows=("12:00-12:05 UTC", "12:10-12:20 UTC"), waves="1,100%", soak="1s")
    world.round()
    world.order(rollout, "pause")
    pass_to(world, "12:11")
    assert world.rollout(rollout).state == "paused"
    assert world.wave(rollout, 2).state == "waiting"
    world.order(rollout, "resume")
    world.until(rollout, "completed")


def test_what_is_scheduled_keeps_no_other_waiting_and_takes_its_turn_when_its_time_comes(world: World) -> None:
    later = deploy(world, start=NEXT_HOUR)
    now = deploy(world, model="eyes", soak="2h", deadline="3h")
    world.round()
    assert (world.rollout(later).state, world.rollout(now).state) == ("scheduled", "running")
    pass_to(world, "13:00")
    assert f"It waits for rollout {now}" in world.rollout(later).reason
    world.order(now, "abort")
    world.until(later, "completed")


def test_of_one_task_the_rollout_that_begins_later_takes_the_devices(world: World) -> None:
    later = deploy(world, start=NEXT_HOUR)
    now = deploy(world, model=BAD, gates=("fps=off",), soak="2h")
    world.round()
    pass_to(world, "13:00")
    world.until(later, "completed")
    assert world.rollout(now).state == "superseded"


def test_a_rollout_that_is_scheduled_can_be_aborted(world: World) -> None:
    rollout = deploy(world, start=NEXT_HOUR)
    world.round()
    world.order(rollout, "abort")
    assert world.rollout(rollout).state == "aborted"
    pass_to(world, "13:00")
    assert told(world) == 0


def test_a_runner_that_was_away_begins_late_and_once(world: World) -> None:
    rollout = deploy(world, start=NEXT_HOUR)
    world.round()
    world.reborn()
    world.now = datetime.fromisoformat(NEXT_HOUR) + timedelta(hours=5)
    world.until(rollout, "completed")
    assert sum("begins" in sentence for sentence in world.explained(rollout) if "The rollout of" in sentence) == 1


def test_what_waits_for_its_time_is_not_read_until_then_or_until_an_order(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    early, late = deploy(world, start=NEXT_HOUR), deploy(world, start="2026-01-31T15:00+00:00")
    world.round()
    read: list[str] = []
    targets = world.store.targets

    def noting(rollout: str) -> list[TargetRow]:
        read.append(rollout)
        return targets(rollout)

    monkeypatch.setattr(world.store, "targets", noting)
    world.round()
    assert read == []
    pass_to(world, "13:00")
    assert read == [early]
    assert world.order(late, "abort")
    assert late in read


def test_another_runner_reads_at_once_what_waits_and_finds_when_it_begins_by_the_clocks_of_today(world: World) -> None:
    rollout = deploy(world, start=NEXT_HOUR)
    world.round()
    world.store.write(Changes(rollouts={rollout: replace(world.rollout(rollout), wakes_at="2027-01-01T00:00:00.000Z")}))
    world.reborn()
    world.round()
    assert world.rollout(rollout).wakes_at == "2026-01-31T13:00:00.000Z"
    assert len(waits(world, rollout)) == 1
