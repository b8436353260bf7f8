import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fakes_rollout import SETTINGS, World
from fer_controller.errors import TransitionError
from fer_controller.rollout.evidence.hours import EarlierDays
from fer_controller.rollout.steps import waves
from fer_controller.rollout.steps.decision import Decision
from fer_controller.rollout.steps.live_rollout import LiveRollout
from fer_controller.rollout.steps.tick import Tick
from fer_controller.rollout.transitions import COMMIT, DESIRED, PAUSE, RUNNING, SKIP, START, TELL, UPDATING
from fer_controller.store.rollouts.records import Failures
from stepped_device import SteppedDevice


@pytest.fixture
def rollout(tmp_path: Path) -> Iterator[LiveRollout]:
    """A rollout to two devices that has just begun; nothing of it is written back."""
    world = World(tmp_path, SteppedDevice("nano-0"), SteppedDevice("nano-1"))
    id_ = world.deploy(waves="1,100%")
    tick = Tick(
        world.now, SETTINGS, world.models, world.store, EarlierDays(world.store.measurements, SETTINGS), world.now
    )
    row = replace(world.rollout(id_), state=RUNNING)
    yield LiveRollout(tick, row, world.store.waves(id_), world.store.targets(id_), world.store.heard(id_))
    world.close()


def test_a_step_decides_and_changes_nothing_itself(rollout: LiveRollout) -> None:
    decisions = list(waves.advance(rollout))
    assert decisions[-1].event == START
    assert not rollout.tick.changes


def test_each_decision_is_carried_out_before_the_step_goes_on(rollout: LiveRollout) -> None:
    rollout.carry_out(waves.advance(rollout))
    assert rollout.waves[1].state == UPDATING
    assert [target.state for target in rollout.of_wave(1)] == [DESIRED]
    assert [entry.action for entry in rollout.tick.changes.audit] == ["wave_started", "told"]


def test_an_event_that_the_state_does_not_list_changes_nothing(rollout: LiveRollout) -> None:
    target = rollout.of_wave(1)[0]
    with pytest.raises(TransitionError, match=f"Device {target.device} of rollout {rollout.row.id} is pending"):
        rollout.carry_out([Decision(target, COMMIT, "committed", "It committed.")])
    assert not rollout.tick.changes


def test_the_entry_names_wave_device_actor_and_numbers(rollout: LiveRollout) -> None:
    target = rollout.of_wave(2)[0]
    rollout.carry_out([Decision(target, SKIP, "skipped", "It is left out.", {"failures": 3}, actor="tester@here")])
    (entry,) = rollout.tick.changes.audit
    assert (entry.wave, entry.device, entry.actor) == (2, target.device, "tester@here")
    assert json.loads(entry.numbers) == {"failures": 3}


def test_an_entry_about_the_rollout_may_name_a_wave(rollout: LiveRollout) -> None:
    rollout.carry_out([Decision(rollout.row, PAUSE, "paused", "It pauses.", wave=2)])
    (entry,) = rollout.tick.changes.audit
    assert (entry.wave, entry.device) == (2, "")


def test_a_decision_on_an_old_row_is_made_on_the_row_as_it_stands(rollout: LiveRollout) -> None:
    target = rollout.of_wave(1)[0]
    rollout.carry_out([Decision(target, fields={"baseline": "{}"}), Decision(target, TELL, fields={"attempt": 1})])
    told = rollout.targets[target.device]
    assert (told.baseline, told.state, told.attempt) == ("{}", DESIRED, 1)


def test_failures_are_kept_with_the_decision(rollout: LiveRollout) -> None:
    target = rollout.of_wave(1)[0]
    rollout.carry_out([Decision(target, SKIP, failures=Failures(target.device, 1))])
    assert rollout.tick.failures[target.device].failures == 1
