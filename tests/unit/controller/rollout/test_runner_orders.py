from fakes_rollout import BAD, World
from stepped_device import STUCK
from unit.controller.rollout.five_devices import NEW, OLD, canary, deploy, running


def test_aborting_withdraws_what_has_not_committed_and_leaves_the_rest(world: World) -> None:
    rollout = deploy(world, waves="3,100%")
    slow = canary(world, rollout)
    slow.behaviour = STUCK
    for _ in range(8):
        world.round()
    outcome = world.order(rollout, "abort")
    world.publish()
    assert outcome == "1 updates are withdrawn; devices that committed stay as they are."
    assert slow.update is not None
    assert (slow.update.state, slow.running, world.retained[slow.name]) == ("canceled", OLD, "")
    assert sorted(running(world)) == [NEW] * 2 + [OLD] * 3


def test_rolling_back_a_completed_rollout_brings_every_device_back(world: World) -> None:
    rollout = deploy(world)
    world.until(rollout, "completed")
    world.order(rollout, "rollback")
    world.until(rollout, "rolled_back")
    assert running(world) == [OLD] * 5
    assert world.explained(rollout)[-1] == "The rollout is rolled_back: 5 of 5 devices run what they ran before."


def test_a_device_that_is_away_does_not_hold_up_the_way_back(world: World) -> None:
    rollout = deploy(world, waves="100%", deadline="20s")
    world.until(rollout, "completed")
    world.devices["nano-1"].online = False
    world.order(rollout, "rollback")
    world.until(rollout, "rolled_back")
    assert world.states(rollout)["nano-1"] == "unreachable"
    world.come("nano-1")
    for _ in range(6):
        world.round()
    assert running(world) == [OLD] * 5
    assert world.states(rollout)["nano-1"] == "rolled_back"


def test_a_paused_rollout_tells_no_further_device(world: World) -> None:
    rollout = deploy(world)
    world.tick()
    world.order(rollout, "pause")
    for _ in range(40):
        world.round()
    assert running(world).count(NEW) == 1
    world.order(rollout, "resume")
    world.until(rollout, "completed")


def test_the_later_of_two_rollouts_over_one_device_has_it_and_both_say_so(world: World) -> None:
    first = deploy(world, waves="100%")
    world.tick()
    world.publish()
    second = world.deploy(model="light", precision="int8", devices=("nano-0", "nano-1"), waves="100%")
    world.until(second, "completed")
    world.until(first, "completed")
    assert world.states(first)["nano-0"] == "superseded"
    assert world.devices["nano-0"].running == "light@2/int8"
    assert world.devices["nano-2"].running == NEW
    assert any(f"taken by the later rollout {second}" in sentence for sentence in world.explained(first))
    assert any("It takes 2 devices from earlier rollouts." in sentence for sentence in world.explained(second))


def test_a_rollout_whose_devices_were_all_taken_is_superseded(world: World) -> None:
    first = deploy(world)
    world.tick()
    second = world.deploy(model="light", precision="int8", waves="100%")
    world.tick()
    world.tick()
    assert world.rollout(first).state == "superseded"
    world.until(second, "completed")


def test_a_device_taken_from_a_rollout_that_turns_back_returns_to_the_model_before_both(world: World) -> None:
    first = deploy(world, model=BAD, waves="100%")
    world.until(first, "rolling_back")
    for device in world.devices.values():
        device.behaviour = STUCK
    second = world.deploy(model=BAD, precision="int8", waves="100%")
    world.tick()
    assert {target.previous_model for target in world.store.targets(second)} == {OLD}


def test_an_order_that_cannot_be_obeyed_is_refused_and_noted(world: World) -> None:
    rollout = deploy(world)
    world.until(rollout, "completed")
    assert world.order(rollout, "pause").startswith(f"refused: Rollout {rollout} is completed; pause is possible")
    assert any("ordered pause in vain" in sentence for sentence in world.explained(rollout))
