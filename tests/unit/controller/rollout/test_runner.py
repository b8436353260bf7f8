from pathlib import Path

import pytest
from fakes_rollout import BAD, Killed, World
from fer_controller.rollout.runner import LONGEST_REST_S
from fer_wire import Desired, parse
from stepped_device import CRASHING, FAILING, LYING, STUCK, SteppedDevice, sha_of
from unit.controller.rollout.five_devices import NEW, OLD, canary, deploy, running


def test_a_good_model_reaches_every_device_wave_by_wave(world: World) -> None:
    rollout = deploy(world, waves="1,60%,100%")
    world.until(rollout, "completed")
    assert running(world) == [NEW] * 5
    assert [wave.state for wave in world.store.waves(rollout)] == ["passed"] * 3
    assert all(len(device.started) == 1 for device in world.devices.values())
    explained = world.explained(rollout)
    assert explained[0] == "tester@here planned light@2 for 5 devices in 3 waves; 0 are left out."
    assert "Wave 1 passed: 10 of 10 gates hold, none is broken." in explained
    assert explained[-1] == "The rollout is completed: 5 committed."


def test_the_baseline_is_stored_before_the_first_device_is_told(world: World) -> None:
    rollout = deploy(world)
    world.tick()
    target = world.store.targets(rollout)[0]
    assert target.state == "desired"
    assert '"fps":30.0' in target.baseline
    assert world.store.targets(rollout)[1].baseline == ""


def test_a_model_that_halves_the_frame_rate_is_stopped_at_the_canary_and_goes_back(world: World) -> None:
    rollout = deploy(world, model=BAD)
    world.until(rollout, "rolled_back")
    assert running(world) == [OLD] * 5
    assert sum(bool(device.started) for device in world.devices.values()) == 1
    told = [parse(Desired, payload) for payload in world.published]
    assert [(each.attempt, each.model, each.url) for each in told] == [
        (1, "bad@2/fp16", f"/v1/artifacts/{sha_of('bad@2/fp16')}"),
        (2, OLD, ""),
    ]
    assert told[1].sequence > told[0].sequence
    assert "fps>=0.8x is broken" in world.rollout(rollout).reason
    assert world.wave(rollout, 2).state == "stopped"


def test_too_few_samples_pause_and_never_promote(world: World) -> None:
    rollout = deploy(world)
    world.store.measurements.silent = set(world.devices)
    world.until(rollout, "paused")
    assert "cannot be judged" in world.rollout(rollout).reason
    soaks_on = [entry.sentence for entry in world.store.audit(rollout) if entry.action == "wave_soaks_on"]
    assert [sentence[:39] for sentence in soaks_on] == ["Wave 1 soaks on, at most until 2026-01-"]
    for _ in range(50):
        world.round()
    assert running(world).count(NEW) == 1


def test_promoting_passes_the_wave_by_the_operators_word(world: World) -> None:
    rollout = deploy(world)
    world.store.measurements.silent = set(world.devices)
    world.until(rollout, "paused")
    outcome = world.order(rollout, "promote")
    assert outcome == "Wave 1 passed by the word of tester@here, whatever its gates say."
    world.store.measurements.silent = set()
    world.until(rollout, "completed", "paused")
    assert running(world) == [NEW] * 5
    assert any(entry.actor == "tester@here" and entry.action == "wave_passed" for entry in world.store.audit(rollout))


def test_resuming_soaks_the_wave_once_more(world: World) -> None:
    rollout = deploy(world)
    world.until(rollout, "running")
    world.store.measurements.silent = {canary(world, rollout).name}
    world.until(rollout, "paused")
    world.store.measurements.silent = set()
    world.order(rollout, "resume")
    assert world.rollout(rollout).state == "running"


def test_a_wave_that_does_not_soak_passes_though_nothing_was_measured(world: World) -> None:
    rollout = deploy(world, soak="0s")
    world.store.measurements.silent = {*world.devices}
    world.until(rollout, "completed")


def test_a_failed_device_is_tried_again_and_then_given_up(world: World) -> None:
    rollout = deploy(world, attempts=2)
    canary(world, rollout).behaviour = FAILING
    world.until(rollout, "rolled_back")
    failed = canary(world, rollout)
    assert [attempt for _, attempt, _ in failed.started] == [1, 2]
    assert "1 of 1 devices failed, more than 5.0%; one: 404 Not Found." in world.rollout(rollout).reason
    assert world.retained[failed.name] == ""


def test_a_second_try_may_succeed(world: World) -> None:
    rollout = deploy(world)
    first = canary(world, rollout)
    first.behaviour = FAILING
    while not any("is repeated" in sentence for sentence in world.explained(rollout)):
        world.round()
    first.behaviour = "honest"
    world.until(rollout, "completed")
    assert running(world) == [NEW] * 5
    assert world.store.failures()[first.name].failures == 0


def test_three_failures_in_a_row_put_a_device_into_quarantine_until_it_is_released(world: World) -> None:
    rollout = deploy(world, attempts=3, waves="100%", max_failures="50%")
    bad = canary(world, rollout)
    bad.behaviour = CRASHING
    world.until(rollout, "completed")
    assert world.states(rollout)[bad.name] == "quarantined"
    later = world.deploy(model="light", precision="int8", waves="100%")
    assert bad.name not in world.states(later)
    world.until(later, "completed")
    bad.behaviour = "honest"
    assert world.order(rollout, "retry") == "1 devices are tried again."
    assert world.store.failures()[bad.name].quarantined_at == ""
    world.until(rollout, "completed")
    assert world.states(rollout)[bad.name] == "committed"


def test_a_device_that_lies_about_what_it_runs_has_failed(world: World) -> None:
    rollout = deploy(world, attempts=1)
    canary(world, rollout).behaviour = LYING
    world.until(rollout, "rolled_back")
    assert any("it says that it committed, yet it runs old@1/fp32" in each for each in world.explained(rollout))


def test_an_offline_device_gets_its_desired_state_anyway_and_commits_when_it_comes_back(world: World) -> None:
    rollout = deploy(world, waves="100%", deadline="20s")
    away = world.devices["nano-3"]
    away.online = False
    world.until(rollout, "completed")
    assert world.states(rollout)["nano-3"] == "unreachable"
    assert parse(Desired, world.retained["nano-3"]).model == NEW
    world.come("nano-3")
    for _ in range(6):
        world.round()
    assert away.running == NEW
    assert world.states(rollout)["nano-3"] == "committed"
    assert world.explained(rollout)[-1] == f"nano-3 committed {NEW}, after its wave."


def test_a_renamed_device_keeps_nobody_waiting_and_the_next_rollout_finds_it(world: World) -> None:
    first = deploy(world, waves="100%", deadline="20s")
    world.devices["nano-3"].online = False
    renamed = world.devices["nano-9"] = SteppedDevice("nano-9")
    world.until(first, "completed")
    assert world.states(first)["nano-3"] == "unreachable"
    assert renamed.started == []
    second = deploy(world, waves="100%", deadline="20s")
    world.until(second, "completed")
    assert renamed.running == NEW
    assert world.states(second)["nano-9"] == "committed"


def test_a_wave_of_which_too_few_committed_by_the_deadline_pauses(world: World) -> None:
    rollout = deploy(world, waves="100%", deadline="20s")
    for name in ("nano-0", "nano-1", "nano-2"):
        world.devices[name].behaviour = STUCK
    world.until(rollout, "paused")
    assert world.rollout(rollout).reason == "Only 2 of 5 devices of wave 1 committed."


def test_no_more_devices_update_at_once_than_allowed(world: World) -> None:
    rollout = deploy(world, waves="100%", concurrency=2)
    world.devices["nano-4"].online = False
    most = 0
    for _ in range(100):
        world.round(0.5)
        flying = [n for n, s in world.states(rollout).items() if s in ("desired", "downloading") and n != "nano-4"]
        most = max(most, len(flying))
    assert most == 2


def test_a_deleted_desired_state_is_told_again_in_a_new_attempt_and_counts_as_no_failure(world: World) -> None:
    rollout = deploy(world)
    world.tick()
    world.publish()
    first = canary(world, rollout)
    first.receive("")
    world.until(rollout, "completed")
    assert [attempt for _, attempt, _ in first.started] == [1, 2]
    assert world.target(rollout, first.name).failures == 0


def test_a_runner_that_died_after_its_transaction_loses_and_repeats_nothing(world: World) -> None:
    rollout = deploy(world, waves="100%")
    for _ in range(60):
        world.store.dies_after = True
        try:
            world.tick()
        except Killed:
            world.reborn()
        world.publish()
        world.step()
    assert world.rollout(rollout).state == "completed"
    assert all(len(device.started) == 1 for device in world.devices.values())


def test_the_sequence_grows_even_when_the_database_was_lost(tmp_path: Path) -> None:
    device = SteppedDevice("nano-0")
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = World(tmp_path / "a", device)
    first.until(first.deploy(waves="100%"), "completed")
    last = device.sequence
    second = World(tmp_path / "b", device)
    second.now = first.now
    second.until(second.deploy(precision="fp16" if device.running != NEW else "int8", waves="100%"), "completed")
    assert device.sequence > last
    first.close()
    second.close()


class Pauses:
    """In place of an event: notes for how long it is waited for, and is set after so many times."""

    def __init__(self, times: int) -> None:
        self.lengths_s: list[float] = []
        self._times = times

    def wait(self, length_s: float) -> bool:
        self.lengths_s.append(length_s)
        return len(self.lengths_s) > self._times


def test_looks_take_a_quarter_of_a_core_at_most_and_orders_wait_a_few_seconds(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks_s = (0.01, 0.4, 60.0)
    readings_s = iter([reading for look_s in looks_s for reading in (0.0, look_s)])
    monkeypatch.setattr("fer_controller.rollout.runner.time.thread_time", lambda: next(readings_s))
    pauses, at_least_s = Pauses(len(looks_s)), world.settings.tick_s
    world.runner.run(pauses, lambda: world.now)  # type: ignore[arg-type]  # all that is asked of an event
    assert pauses.lengths_s == pytest.approx([at_least_s, at_least_s, 1.2, LONGEST_REST_S])
