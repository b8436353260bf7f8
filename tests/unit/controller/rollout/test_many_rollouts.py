"""Many rollouts at once: a tick measures a few waves, so that what devices send is stored in between."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes_rollout import World
from fer_controller.rollout.steps.tick import LOOKS
from stepped_device import SteppedDevice

DEVICES = [f"nano-{number}" for number in range(3 * LOOKS)]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, *map(SteppedDevice, DEVICES))
    yield made
    made.close()


def rounds_of(world: World, rounds: int) -> list[list[str]]:
    """The devices that each round's tick measured."""
    found = []
    for _ in range(rounds):
        world.store.measurements.measured = []
        world.round()
        found.append(world.store.measurements.measured)
    return found


def test_each_tick_begins_a_few_waves_until_all_have_begun(world: World) -> None:
    for device in DEVICES:
        world.deploy(devices=[device], waves="100%")
    first, second, third = rounds_of(world, 3)
    assert len(first) == len(second) == len(third) == LOOKS
    assert sorted(first + second + third) == sorted(DEVICES)


def test_each_tick_judges_those_that_waited_longest(world: World) -> None:
    rollouts = [world.deploy(devices=[device], waves="100%", soak="300s") for device in DEVICES]
    while any(world.wave(rollout, 1).state != "soaking" for rollout in rollouts):
        world.round()
    for first, second, third in (rounds_of(world, 3) for _ in range(3)):
        assert len(first) == len(second) == len(third) == LOOKS
        assert sorted(first + second + third) == sorted(DEVICES)


def test_rollouts_that_take_turns_all_complete(world: World) -> None:
    rollouts = [world.deploy(devices=[device], waves="100%") for device in DEVICES]
    for rollout in rollouts:
        world.until(rollout, "completed")
