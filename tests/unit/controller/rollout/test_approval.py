"""Rollouts that others than who asks for them have to approve: who may, what they approve, and for how long."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fakes_rollout import SETTINGS, START, Killed, World
from fer_controller.errors import RequestError
from fer_controller.rollout.planning.digest import digest
from fer_controller.rollout.runner import Runner
from fer_controller.store.devices.records import Label
from stepped_device import SteppedDevice

BOB, CAROL = "bob", "carol"
HOURS = 48.0
APPROVED = SETTINGS.model_copy(update={"approvals": 1, "approval_hours": HOURS})
AT = "2026-01-31T12:00:00.000Z"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, *(SteppedDevice(f"nano-{n}") for n in range(3)), settings=APPROVED)
    yield made
    made.close()


def asked(world: World, **words: object) -> str:
    """A rollout that awaits approval."""
    rollout = world.deploy(**words)
    world.tick()
    assert world.rollout(rollout).state == "awaiting_approval"
    return rollout


def approve(world: World, rollout: str, who: str = BOB) -> str:
    return world.order(rollout, "approve", who, digest=world.rollout(rollout).digest)


def told(world: World) -> int:
    return sum(bool(device.started) for device in world.devices.values())


def test_it_waits_for_another_operator_and_begins_when_they_approve(world: World) -> None:
    rollout = asked(world)
    world.round()
    assert told(world) == 0
    assert world.rollout(rollout).reason == (
        "It waits until Mon 12:00 UTC for the approval of another operator than tester@here."
    )
    assert approve(world, rollout) == f"The plan {world.rollout(rollout).digest} is approved."
    world.until(rollout, "completed")
    assert json.loads(world.rollout(rollout).approvals)[0]["by"] == BOB


@pytest.mark.parametrize("who", ["tester@here", "tester@elsewhere", "tester"])
def test_who_asked_for_it_does_not_approve_it_wherever_they_are(world: World, who: str) -> None:
    rollout = asked(world)
    assert "somebody else has to approve it" in approve(world, rollout, who)
    assert world.rollout(rollout).state == "awaiting_approval"


def test_an_approval_names_the_plan_that_was_looked_at(world: World) -> None:
    rollout, other = asked(world, devices=("nano-0",)), asked(world, devices=("nano-1",))
    for name in ("", "f" * 64, world.rollout(other).digest):
        assert "What was approved is not the plan" in world.order(rollout, "approve", BOB, digest=name)
    assert world.rollout(rollout).state == "awaiting_approval"


def test_a_plan_of_which_anything_was_changed_has_another_digest(world: World) -> None:
    rollout = asked(world)
    row, targets = world.rollout(rollout), world.store.targets(rollout)
    assert digest(row, targets) == row.digest == digest(row, targets[::-1])
    assert digest(row, targets[1:]) != row.digest


def test_two_approvals_are_of_two_people(world: World) -> None:
    world.settings = APPROVED.model_copy(update={"approvals": 2})
    world.reborn()
    rollout = asked(world)
    assert approve(world, rollout) == "It is approved; 1 more have to approve it."
    assert "bob@here has approved" in approve(world, rollout, "bob@here")
    assert world.rollout(rollout).state == "awaiting_approval"
    approve(world, rollout, CAROL)
    world.until(rollout, "completed")


def test_what_is_refused_never_begins_and_says_why(world: World) -> None:
    rollout = asked(world)
    assert world.order(rollout, "refuse", BOB, reason="not before Monday") == "It does not begin: not before Monday"
    row = world.rollout(rollout)
    assert (row.state, row.reason) == ("refused", "bob refused it: not before Monday")
    assert set(world.states(rollout).values()) == {"skipped"}
    world.round()
    assert told(world) == 0


def test_what_nobody_approves_expires(world: World) -> None:
    rollout = asked(world)
    world.tick(HOURS * 3600 - 2)
    assert world.rollout(rollout).state == "awaiting_approval"
    world.tick(2)
    row = world.rollout(rollout)
    assert (row.state, row.reason) == ("expired", "It was not approved within 48 hours.")
    assert set(world.states(rollout).values()) == {"skipped"}


def test_an_approval_holds_from_the_start_on_and_lapses_where_nothing_began(world: World) -> None:
    start = START + timedelta(days=7)
    rollout = asked(world, start=start.isoformat())
    approve(world, rollout)
    assert world.rollout(rollout).state == "scheduled"
    world.now = start + timedelta(hours=HOURS)
    world.tick(0)
    assert world.rollout(rollout).state == "awaiting_approval"
    assert world.rollout(rollout).reason.startswith("An approval has lapsed. It waits until")
    assert told(world) == 0
    approve(world, rollout)
    world.until(rollout, "completed")


def test_an_approval_lapses_while_its_rollout_waits_for_another_window(world: World) -> None:
    world.settings = APPROVED.model_copy(update={"approval_hours": 2.0})
    world.reborn()
    rollout = asked(world, windows=("13:00-13:10 UTC",))
    approve(world, rollout)
    world.tick((START.replace(hour=13, minute=20) - world.now).total_seconds())
    assert world.rollout(rollout).reason == "It waits until Sun 13:00 UTC."
    world.tick((START.replace(hour=15) - world.now).total_seconds())
    assert world.rollout(rollout).state == "awaiting_approval"


def test_only_a_rollout_that_reaches_a_device_of_the_selector_needs_approval(world: World) -> None:
    world.settings = APPROVED.model_copy(update={"approvals_for": "site=plant"})
    world.store.devices.label([Label("nano-0", "site", "plant")], [], AT, BOB)
    world.reborn()
    outside = world.deploy(devices=("nano-1",))
    world.round()
    assert world.rollout(outside).state == "running"
    asked(world, devices=("nano-0",))


@pytest.mark.parametrize("selector", ["site", "class=nano"])
def test_a_selector_that_is_none_or_that_devices_say_of_themselves_is_refused_at_the_start(
    world: World, selector: str
) -> None:
    with pytest.raises(RequestError):
        Runner(world.store, world.models, APPROVED.model_copy(update={"approvals_for": selector}))


def test_what_awaits_approval_keeps_no_other_rollout_from_its_devices(world: World) -> None:
    asked(world)
    world.settings = SETTINGS
    world.reborn()
    world.until(world.deploy(without_model=True, sets=("events.heartbeat_s=10",)), "completed")


def test_settings_are_approved_as_models_are(world: World) -> None:
    rollout = asked(world, without_model=True, sets=("events.heartbeat_s=10",))
    approve(world, rollout)
    world.until(rollout, "completed")
    assert world.devices["nano-0"].settings["events.heartbeat_s"] == 10


@pytest.mark.parametrize("fate", ["before", "after"])
@pytest.mark.parametrize("event", ["ask", "approve", "refuse", "expire"])
def test_a_runner_that_dies_at_one_of_these_moments_is_followed_by_one_that_decides_once(
    world: World, event: str, fate: str
) -> None:
    rollout = world.deploy()
    if event != "ask":
        world.tick()
    if event in ("approve", "refuse"):
        world.store.give(rollout, event, BOB, AT, digest=world.rollout(rollout).digest, reason="no")
    world.store.dies_before, world.store.dies_after = fate == "before", fate == "after"
    with pytest.raises(Killed):
        world.tick(HOURS * 3600 + 1 if event == "expire" else 1.0)
    world.reborn()
    world.tick()
    state = {"ask": "awaiting_approval", "approve": "running", "refuse": "refused", "expire": "expired"}[event]
    assert world.rollout(rollout).state == state
    said = [entry.action for entry in world.store.audit(rollout)]
    assert said.count("awaits_approval") == 1
    assert said.count("ordered") == (event in ("approve", "refuse"))
    assert said.count("ended") == (event == "expire")
