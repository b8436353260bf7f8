"""A rollout that carries settings, alone or with a model: the same waves, gates and way back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes_rollout import World, a_model
from fer_controller.rollout.transitions import COMMITTED, SKIPPED
from fer_wire import Desired, parse
from fer_wire.contracts import CLASSIFIER, SETTINGS
from stepped_device import LYING, OLD, SteppedDevice

SLOWER, LARGER = "events.heartbeat_s=10", "faces.smallest_px=32"
HAVE = {"events.heartbeat_s": 10.0}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, *(SteppedDevice(f"nano-{n}") for n in range(3)), models=[a_model(), a_model("other")])
    yield made
    made.close()


def set_(world: World, *sets: str, **words: Any) -> str:
    return world.deploy(sets=sets, without_model=True, **words)


def settings(world: World) -> list[dict[str, object]]:
    return [dict(device.settings) for device in world.devices.values()]


def test_settings_reach_every_device_and_leave_its_model_alone(world: World) -> None:
    rollout = set_(world, SLOWER)
    world.until(rollout, "completed")
    assert settings(world) == [HAVE] * 3
    assert {device.running for device in world.devices.values()} == {"old@1/fp32"}
    assert (world.rollout(rollout).task, world.rollout(rollout).model) == (SETTINGS, SLOWER)
    assert {parse(Desired, payload).task for payload in world.published} == {SETTINGS}


def test_settings_that_slow_the_canary_are_turned_back_by_its_gate(world: World) -> None:
    rollout = set_(world, "cameras.fps=5")
    world.until(rollout, "rolled_back")
    assert settings(world) == [{}] * 3
    assert sum(bool(device.started) for device in world.devices.values()) == 1
    assert "fps>=0.8x is broken" in world.rollout(rollout).reason


def test_a_later_rollout_adds_to_what_an_earlier_one_set(world: World) -> None:
    world.until(set_(world, SLOWER), "completed")
    later = set_(world, LARGER)
    world.until(later, "completed")
    assert settings(world) == [{**HAVE, "faces.smallest_px": 32.0}] * 3
    world.order(later, "rollback")
    world.until(later, "rolled_back")
    assert settings(world) == [HAVE] * 3


def test_what_is_unset_is_as_on_the_device_itself_again(world: World) -> None:
    world.until(set_(world, SLOWER, LARGER), "completed")
    world.until(world.deploy(unsets=("events.heartbeat_s",), without_model=True), "completed")
    assert settings(world) == [{"faces.smallest_px": 32.0}] * 3


def test_a_model_and_settings_come_and_go_together(world: World) -> None:
    rollout = world.deploy(model="light", precision="fp16", sets=(SLOWER,))
    world.until(rollout, "completed")
    assert (settings(world), world.rollout(rollout).model) == ([HAVE] * 3, f"light@2 with {SLOWER}")
    assert {device.running for device in world.devices.values()} == {"light@2/fp16"}
    world.order(rollout, "rollback")
    world.until(rollout, "rolled_back")
    assert settings(world) == [{}] * 3
    assert {device.running for device in world.devices.values()} == {"old@1/fp32"}


def test_settings_that_slow_a_device_take_the_model_back_with_them(world: World) -> None:
    rollout = world.deploy(model="light", precision="fp16", sets=("cameras.fps=5",))
    world.until(rollout, "rolled_back")
    assert (settings(world), {device.running for device in world.devices.values()}) == ([{}] * 3, {"old@1/fp32"})


def test_an_agent_that_is_too_old_is_left_out_and_the_plan_says_why(world: World) -> None:
    world.devices["nano-1"].behaviour = OLD
    world.hear()
    alone = world.planned(sets=(SLOWER,), without_model=True)
    beside = world.planned(model="light", precision="fp16", sets=(SLOWER,))
    assert {(each.device, each.reason) for plan in (alone, beside) for each in plan.left_out} == {
        ("nano-1", "its agent takes no settings from a rollout")
    }


def test_an_agent_that_has_become_too_old_since_the_plan_never_counts_as_committed(world: World) -> None:
    rollout = world.deploy(model="light", precision="fp16", sets=(SLOWER,), waves="100%")
    for device in world.devices.values():
        device.behaviour = OLD
    world.until(rollout, "paused", "completed", "rolled_back", "failed")
    assert set(world.states(rollout).values()) == {SKIPPED}
    assert "too old to be told any" in world.target(rollout, "nano-0").reason


def test_an_agent_that_takes_the_model_and_passes_over_the_settings_has_failed(world: World) -> None:
    rollout = world.deploy(model="light", precision="fp16", sets=(SLOWER,), waves="100%", attempts=1)
    world.tick()
    world.publish()
    for device in world.devices.values():
        device.behaviour = OLD
    for _ in range(8):
        world.round()
    assert COMMITTED not in world.states(rollout).values()
    assert any("yet it says nothing of its settings" in sentence for sentence in world.explained(rollout))


def test_a_device_that_lies_about_its_settings_has_failed(world: World) -> None:
    for device in world.devices.values():
        device.behaviour = LYING
    rollout = set_(world, SLOWER, attempts=1)
    world.until(rollout, "rolled_back", "failed")
    assert "yet it has the settings none, and not events.heartbeat_s=10" in world.rollout(rollout).reason


def test_what_is_set_on_the_device_itself_keeps_it_out_of_the_plan(world: World) -> None:
    world.devices["nano-1"].own = {"events.heartbeat_s": 3.0}
    world.hear()
    (left,) = world.planned(sets=(SLOWER,), without_model=True).left_out
    assert (left.device, left.reason) == ("nano-1", "it sets events.heartbeat_s itself; take that out there")
    assert world.planned(sets=(LARGER,), without_model=True).left_out == ()


def test_who_has_the_settings_already_is_left_out(world: World) -> None:
    world.until(set_(world, SLOWER, devices=("nano-1",)), "completed")
    (left,) = world.planned(sets=(SLOWER,), without_model=True).left_out
    assert (left.device, left.reason) == ("nano-1", "it has these settings already")


def test_a_device_with_the_model_but_without_the_settings_is_told(world: World) -> None:
    world.until(world.deploy(model="light", precision="fp16"), "completed")
    assert len(world.planned(model="light", precision="fp16", sets=(SLOWER,)).devices) == 3
    rollout = world.deploy(model="light", precision="fp16", sets=(SLOWER,))
    world.until(rollout, "completed")
    assert settings(world) == [HAVE] * 3


def test_the_later_of_two_rollouts_of_settings_takes_the_devices(world: World) -> None:
    first = set_(world, SLOWER)
    world.round()
    second = set_(world, LARGER)
    world.until(second, "completed")
    assert world.rollout(first).state == "superseded"
    assert all(each["faces.smallest_px"] == 32.0 for each in settings(world))


def test_settings_wait_for_a_model_that_has_their_devices_and_keep_what_it_brought(world: World) -> None:
    first = world.deploy(model="light", precision="fp16", sets=(SLOWER,))
    world.tick()
    second = set_(world, LARGER)
    world.round()
    assert (
        world.rollout(second).reason
        == f"It waits for rollout {first} of a {CLASSIFIER}, which has some of its devices."
    )
    world.until(second, "completed")
    assert settings(world) == [{**HAVE, "faces.smallest_px": 32.0}] * 3


def test_a_rollout_that_later_settings_followed_leaves_them_alone_when_it_is_ordered_back(world: World) -> None:
    first = set_(world, SLOWER)
    world.until(first, "completed")
    world.until(world.deploy(model="light", precision="fp16", sets=(LARGER,)), "completed")
    world.order(first, "rollback")
    world.until(first, "superseded", "rolled_back")
    assert settings(world) == [{**HAVE, "faces.smallest_px": 32.0}] * 3


def test_a_runner_that_dies_at_any_tick_goes_on(world: World) -> None:
    rollout = set_(world, SLOWER)
    for _ in range(200):
        world.reborn()
        world.round()
        if world.rollout(rollout).state == "completed":
            break
    assert set(world.states(rollout).values()) == {COMMITTED}
    assert settings(world) == [HAVE] * 3
