from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes_rollout import BAD, BLIND, World, a_model
from fer_wire import Desired, parse
from fer_wire.contracts import CLASSIFIER, FINDER
from stepped_device import SteppedDevice

OLD, NEW = "old@1/fp32", "light@2/fp16"
OLD_EYES, NEW_EYES = "factory-finder@1.0.0/fp16", "eyes@2/fp16"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    models = [a_model(), a_model(BAD), a_model("eyes", task=FINDER), a_model(BLIND, task=FINDER)]
    made = World(tmp_path, *(SteppedDevice(f"nano-{n}") for n in range(3)), models=models)
    yield made
    made.close()


def deploy(world: World, model: str, **words: object) -> str:
    return world.deploy(**{"model": model, "precision": "fp16", **words})


def running(world: World, task: str) -> list[str]:
    return [device.runs(task) for device in world.devices.values()]


def test_a_finder_reaches_every_device_and_leaves_the_classifier_alone(world: World) -> None:
    rollout = deploy(world, "eyes")
    world.until(rollout, "completed")
    assert (running(world, FINDER), running(world, CLASSIFIER)) == ([NEW_EYES] * 3, [OLD] * 3)
    assert world.rollout(rollout).task == FINDER
    assert {parse(Desired, payload).task for payload in world.published} == {FINDER}
    assert {target.previous_model for target in world.store.targets(rollout)} == {OLD_EYES}


def test_a_blind_finder_is_stopped_at_the_canary_before_it_has_soaked_and_goes_back(world: World) -> None:
    rollout = deploy(world, BLIND)
    world.until(rollout, "rolled_back")
    assert running(world, FINDER) == [OLD_EYES] * 3
    assert sum(bool(device.started) for device in world.devices.values()) == 1
    assert "face_share>=0.5x is broken" in world.rollout(rollout).reason
    wave = world.wave(rollout, 1)
    assert wave.judged_at < wave.soak_until


def test_a_finder_that_is_ordered_back_gives_way_to_the_finder_before(world: World) -> None:
    rollout = deploy(world, "eyes")
    world.until(rollout, "completed")
    world.order(rollout, "rollback")
    world.until(rollout, "rolled_back")
    assert (running(world, FINDER), running(world, CLASSIFIER)) == ([OLD_EYES] * 3, [OLD] * 3)


def test_a_rollout_of_another_task_waits_until_the_earlier_one_has_ended(world: World) -> None:
    first = deploy(world, "light")
    world.tick()
    second = deploy(world, "eyes")
    for _ in range(5):
        world.round()
    assert (world.rollout(first).state, world.rollout(second).state) == ("running", "scheduled")
    assert f"It waits for rollout {first} of a classifier," in world.rollout(second).reason
    assert sum("It waits for" in sentence for sentence in world.explained(second)) == 1
    world.until(second, "completed")
    assert world.rollout(first).state == "completed"
    assert (running(world, CLASSIFIER), running(world, FINDER)) == ([NEW] * 3, [NEW_EYES] * 3)
    assert not any(update.count("superseded") for update in world.explained(first))


def test_a_plan_says_for_which_rollout_it_would_wait(world: World) -> None:
    first = deploy(world, "light")
    world.tick()
    other, same = (world.planned(model=model, precision="fp16") for model in ("eyes", BAD))
    assert {(each.supersedes, each.waits_for) for each in other.devices} == {("", first)}
    assert {(each.supersedes, each.waits_for) for each in same.devices} == {(first, "")}


def test_what_waits_begins_at_once_when_the_earlier_one_is_aborted(world: World) -> None:
    first = deploy(world, "light")
    world.tick()
    second = deploy(world, "eyes")
    world.tick()
    world.order(first, "abort")
    world.tick()
    assert world.rollout(second).state == "running"
    assert world.rollout(second).reason == ""


def test_rollouts_of_two_tasks_on_different_devices_go_side_by_side(world: World) -> None:
    first = deploy(world, "light", devices=("nano-0",))
    second = deploy(world, "eyes", devices=("nano-1",))
    world.round()
    assert (world.rollout(first).state, world.rollout(second).state) == ("running", "running")


def test_the_later_of_two_finders_takes_the_devices_as_the_later_of_two_classifiers_does(world: World) -> None:
    first = deploy(world, BLIND)
    world.round()
    second = deploy(world, "eyes")
    world.until(second, "completed")
    assert world.rollout(first).state == "superseded"
    assert running(world, FINDER) == [NEW_EYES] * 3
    assert {target.previous_model for target in world.store.targets(second)} == {OLD_EYES}


def test_a_classifier_goes_back_although_a_finder_came_after_it(world: World) -> None:
    first, second = deploy(world, "light"), deploy(world, "eyes")
    world.until(second, "completed")
    world.order(first, "rollback")
    world.until(first, "rolled_back")
    assert (running(world, CLASSIFIER), running(world, FINDER)) == ([OLD] * 3, [NEW_EYES] * 3)


def test_a_classifier_that_another_one_replaced_before_the_finder_came_stays_away(world: World) -> None:
    first = deploy(world, BAD, gates=("fps=off",))
    world.until(first, "completed")
    deploy(world, "light")
    world.until(deploy(world, "eyes"), "completed")
    world.order(first, "rollback")
    world.until(first, "superseded")
    assert running(world, CLASSIFIER) == [NEW] * 3


def test_a_device_that_commits_the_wrong_models_finder_is_no_success(world: World) -> None:
    for device in world.devices.values():
        device.behaviour = "lying"
    rollout = deploy(world, "eyes", attempts=1)
    world.until(rollout, "rolled_back", "failed")
    assert "yet it runs factory-finder@1.0.0/fp16" in world.rollout(rollout).reason
