"""A simulated device's update, from the desired state to its end."""

from dataclasses import replace
from typing import Any

import pytest
from fer_simulator.devices.fetching import RETRIES, SLOW_PIECE_BYTES
from fer_simulator.downloads.request import Outcome
from fer_simulator.traits import effects
from fer_simulator.traits.device_classes import CLASSES
from fer_simulator.traits.faults import CRASHING, SLOW
from fer_wire.reported import (
    CANCELED,
    COMMITTED,
    DOWNLOADING,
    FAILED,
    IDLE,
    PROBATION,
    REJECTED,
    ROLLED_BACK,
    STAGED,
    SUPERSEDED,
    VERIFIED,
)
from simulated_device import FACTORY, QUIET, SimulatedDevice

WAY = [DOWNLOADING, VERIFIED, STAGED, PROBATION, COMMITTED]
BY_NAME = {each.name: each for each in CLASSES}


@pytest.fixture
def device() -> SimulatedDevice:
    """A sound device that runs its factory's model."""
    return SimulatedDevice()


def test_a_desired_state_goes_its_way_to_committed_and_each_step_is_reported(device: SimulatedDevice) -> None:
    order = device.offer("1.1.0")
    device.order(order)
    device.pass_s(20)
    assert device.states == WAY
    assert device.disk.slots.current.sha256 == order.sha256
    assert device.disk.slots.previous == FACTORY
    assert device.disk.finished == [("r1", 1, "light@1.1.0/fp16", COMMITTED)]


def test_the_new_model_serves_from_probation_on(device: SimulatedDevice) -> None:
    device.order(device.offer("1.1.0"))
    assert device.disk.slots.serving == FACTORY
    device.pass_s(5)
    assert device.states[-1] == PROBATION
    assert device.disk.slots.serving.model == "light@1.1.0/fp16"
    assert device.disk.slots.current == FACTORY


def test_the_same_desired_state_twice_does_nothing(device: SimulatedDevice) -> None:
    order = device.offer("1.1.0")
    device.order(order)
    device.pass_s(20)
    device.order(order.model_copy(update={"sequence": 9}))
    device.pass_s(20)
    assert device.states == WAY


def test_a_desired_state_older_than_the_last_is_passed_over(device: SimulatedDevice) -> None:
    device.order(device.offer("1.1.0", sequence=5))
    device.pass_s(20)
    device.order(device.offer("1.0.0", sequence=4, rollout="r0"))
    device.pass_s(20)
    assert device.disk.slots.current.model == "light@1.1.0/fp16"


def test_a_desired_state_for_another_device_is_passed_over(device: SimulatedDevice) -> None:
    device.order(device.offer("1.1.0", device="sim-0002"))
    device.pass_s(20)
    assert (device.states, device.device.session.tally.unreadable) == ([], 1)


def test_what_is_no_desired_state_is_passed_over(device: SimulatedDevice) -> None:
    device.send(b"garbage")
    assert (device.disk.record.state, device.device.session.tally.unreadable) == (IDLE, 1)


def test_a_later_rollout_supersedes_and_the_earlier_download_is_canceled(device: SimulatedDevice) -> None:
    device.order(device.offer("1.1.0"))
    device.pass_s(0.05)
    device.order(device.offer("1.2.0", rollout="r2", sequence=2))
    device.pass_s(20)
    assert device.states == [DOWNLOADING, SUPERSEDED, *WAY]
    assert device.files.canceled == 1
    assert [update[3] for update in device.disk.finished] == [SUPERSEDED, COMMITTED]


@pytest.mark.parametrize("after_s", [0.05, 1.0, 6.0])
def test_a_withdrawal_cancels_what_has_not_committed(device: SimulatedDevice, after_s: float) -> None:
    device.order(device.offer("1.1.0"))
    device.pass_s(after_s)
    device.send(b"")
    device.pass_s(20)
    assert device.states[-1] == CANCELED
    assert device.disk.slots.serving == FACTORY


def test_a_withdrawal_after_the_commit_does_nothing(device: SimulatedDevice) -> None:
    device.order(device.offer("1.1.0"))
    device.pass_s(20)
    device.send(b"")
    assert device.states == WAY


def test_going_back_needs_no_url_and_no_download(device: SimulatedDevice) -> None:
    device.order(device.offer("1.1.0"))
    device.pass_s(20)
    fetched = len(device.files.requests)
    back = device.offer("1.1.0", attempt=2, sequence=2, model=FACTORY.model, sha256=FACTORY.sha256, url="")
    device.order(back.model_copy(update={"manifest_url": ""}))
    device.pass_s(20)
    assert device.states == WAY * 2
    assert device.disk.slots.current == FACTORY
    assert device.disk.slots.previous is not None
    assert len(device.files.requests) == fetched


def test_a_file_that_is_nowhere_fails(device: SimulatedDevice) -> None:
    device.order(device.offer("1.1.0", url=""))
    device.pass_s(20)
    assert device.states == [DOWNLOADING, FAILED]
    assert "does not say where it is" in device.disk.record.reason


def test_a_file_that_is_not_found_fails_at_once(device: SimulatedDevice) -> None:
    device.order(device.offer("1.1.0", url="/elsewhere"))
    device.pass_s(2)
    assert device.states == [DOWNLOADING, FAILED]
    assert device.disk.record.reason == "HTTP 404 for /elsewhere"


def test_a_broken_download_is_tried_again_and_ends_after_some_tries(device: SimulatedDevice) -> None:
    device.files.faults = [Outcome(fault="reset by peer")] * RETRIES
    device.order(device.offer("1.1.0"))
    device.pass_s(80)
    assert device.states == WAY
    device.files.faults = [Outcome(fault="reset by peer")] * (RETRIES + 1)
    device.order(device.offer("1.2.0", rollout="r2", sequence=2))
    device.pass_s(80)
    assert device.states[-1] == FAILED
    assert device.disk.record.reason == "reset by peer"


def test_a_busy_server_is_waited_for_as_long_as_it_takes(device: SimulatedDevice) -> None:
    device.files.faults = [Outcome(fault="HTTP 503", busy_s=2.0)] * 3 * RETRIES
    device.order(device.offer("1.1.0"))
    device.pass_s(120)
    assert device.states == WAY


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sha256": "0" * 64}, "knows no such light@1.1.0/fp16"),
        ({"model": "light@1.1.0/int8"}, "knows no such light@1.1.0/int8"),
    ],
)
def test_what_its_manifest_does_not_vouch_for_is_rejected(device: SimulatedDevice, changes: Any, reason: str) -> None:
    device.order(device.offer("1.1.0").model_copy(update=changes))
    device.pass_s(20)
    assert device.states == [DOWNLOADING, REJECTED]
    assert reason in device.disk.record.reason


def test_a_file_with_another_hash_is_rejected(device: SimulatedDevice) -> None:
    order = device.offer("1.1.0")
    device.files.files["/light@1.1.0/fp16"] = b"x" * order.size_bytes
    device.order(order)
    device.pass_s(20)
    assert device.states == [DOWNLOADING, REJECTED]
    assert "has the hash" in device.disk.record.reason
    assert device.disk.slots.serving == FACTORY


def test_a_slow_device_downloads_piece_by_piece_and_reports_how_far_it_is() -> None:
    slow = SimulatedDevice(SLOW)
    order = slow.offer("1.1.0", data=b"x" * 7 * SLOW_PIECE_BYTES)
    slow.order(order)
    slow.pass_s(30)
    assert slow.states == WAY
    assert [each.update.state for each in slow.reports if each.update].count(DOWNLOADING) == 2
    assert len(slow.files.requests) == 1 + 8
    assert slow.disk.record.downloaded_bytes == order.size_bytes == slow.disk.record.size_bytes


def test_a_crashing_device_dies_three_times_and_goes_back() -> None:
    device = SimulatedDevice(CRASHING)
    device.order(device.offer("1.1.0"))
    device.pass_s(60)
    assert device.device.crashes == 3
    assert device.states == [*WAY[:4], ROLLED_BACK]
    assert device.disk.record.reason == "The agent died 3 times with the new model (probation); it is not tried again."
    assert device.disk.slots.serving == FACTORY


def test_a_crashing_device_lives_with_the_model_that_it_had() -> None:
    device = SimulatedDevice(CRASHING)
    device.order(device.offer("1.1.0", model=FACTORY.model, sha256=FACTORY.sha256, url=""))
    device.pass_s(60)
    assert (device.device.crashes, device.states) == (0, [COMMITTED])


@pytest.mark.parametrize(("effect", "end"), [("crash=1", ROLLED_BACK), ("unfit=1", REJECTED)])
def test_a_model_can_be_one_that_no_device_bears(effect: str, end: str) -> None:
    device = SimulatedDevice(effects=(effects.parsed(f"light@1.1.*:{effect}"),))
    device.order(device.offer("1.1.0"))
    device.pass_s(60)
    assert device.states[-1] == end
    assert device.disk.slots.serving == FACTORY


@pytest.mark.parametrize("state", WAY[:4])
def test_a_device_that_dies_anywhere_goes_on_in_the_same_state(device: SimulatedDevice, state: str) -> None:
    device.order(device.offer("1.1.0"))
    device.until(state)
    device.device.die()
    device.pass_s(20)
    assert device.states == WAY
    assert device.disk.record.crashes == (0 if state == DOWNLOADING else 1)


@pytest.mark.parametrize("state", WAY[:4])
def test_a_stop_in_order_is_no_crash(device: SimulatedDevice, state: str) -> None:
    device.order(device.offer("1.1.0"))
    device.until(state)
    for _ in range(5):
        device.device.restart()
        device.until_online()
    device.pass_s(20)
    assert (device.states, device.disk.record.crashes) == (WAY, 0)


@pytest.mark.parametrize(("state", "end"), [(VERIFIED, FAILED), (STAGED, FAILED), (PROBATION, ROLLED_BACK)])
def test_a_device_that_dies_three_times_with_a_new_model_gives_it_up(
    device: SimulatedDevice, state: str, end: str
) -> None:
    device.order(device.offer("1.1.0"))
    device.until(state)
    for _ in range(3):
        assert device.disk.record.state == state
        device.device.die()
        device.until_online()
    device.pass_s(20)
    assert device.disk.record.state == end
    assert device.disk.slots.serving == FACTORY


@pytest.mark.parametrize(("kind", "precision"), [("nano", "fp16"), ("orin", "int8"), ("arm", "int8")])
def test_of_several_variants_the_fastest_is_taken(kind: str, precision: str) -> None:
    device = SimulatedDevice(kind=BY_NAME[kind])
    device.order(device.offer("1.1.0", "fp32", "fp16", "int8"))
    device.pass_s(20)
    assert device.disk.slots.current.model == f"light@1.1.0/{precision}"
    assert set(device.disk.record.measured_ms) == {f"light@1.1.0/{each}" for each in ("fp32", "fp16", "int8")}


def test_the_same_seed_takes_the_same_time() -> None:
    def commits_at(seed: int) -> float:
        device = SimulatedDevice(scenario=replace(QUIET, seed=seed))
        device.order(device.offer("1.1.0"))
        device.until(COMMITTED)
        return device.clock.now_s()

    assert commits_at(1) == commits_at(1) != commits_at(2)
