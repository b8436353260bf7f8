"""A simulated device's update, from the desired state to its end."""

from typing import Any

import pytest
from fakes_simulate import FACTORY, Bench
from fer_controller.simulate import effects
from fer_controller.simulate.classes import CLASSES
from fer_controller.simulate.faults import CRASHING, SLOW
from fer_controller.simulate.fetching import RETRIES, SLOW_PIECE_BYTES
from fer_controller.simulate.files import Outcome
from fer_wire import MessageError
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

WAY = [DOWNLOADING, VERIFIED, STAGED, PROBATION, COMMITTED]
BY_NAME = {each.name: each for each in CLASSES}


@pytest.fixture
def bench() -> Bench:
    """A sound device that runs its factory's model."""
    return Bench()


def test_a_desired_state_goes_its_way_to_committed_and_each_step_is_reported(bench: Bench) -> None:
    order = bench.offer("1.1.0")
    bench.order(order)
    bench.clock.pass_s(20)
    assert bench.states == WAY
    assert bench.disk.slots.current.sha256 == order.sha256
    assert bench.disk.slots.previous == FACTORY
    assert bench.disk.finished == [("r1", 1, "light@1.1.0/fp16", COMMITTED)]


def test_the_new_model_serves_from_probation_on(bench: Bench) -> None:
    bench.order(bench.offer("1.1.0"))
    assert bench.disk.slots.serving == FACTORY
    bench.clock.pass_s(5)
    assert bench.states[-1] == PROBATION
    assert bench.disk.slots.serving.model == "light@1.1.0/fp16"
    assert bench.disk.slots.current == FACTORY


def test_the_same_desired_state_twice_does_nothing(bench: Bench) -> None:
    order = bench.offer("1.1.0")
    bench.order(order)
    bench.clock.pass_s(20)
    bench.order(order.model_copy(update={"sequence": 9}))
    bench.clock.pass_s(20)
    assert bench.states == WAY


def test_a_desired_state_older_than_the_last_is_passed_over(bench: Bench) -> None:
    bench.order(bench.offer("1.1.0", sequence=5))
    bench.clock.pass_s(20)
    bench.order(bench.offer("1.0.0", sequence=4, rollout="r0"))
    bench.clock.pass_s(20)
    assert bench.disk.slots.current.model == "light@1.1.0/fp16"


def test_a_desired_state_for_another_device_is_passed_over(bench: Bench) -> None:
    with pytest.raises(MessageError, match="it is for 'sim-0002'"):
        bench.order(bench.offer("1.1.0", device="sim-0002"))
    bench.clock.pass_s(20)
    assert bench.states == []


def test_what_is_no_desired_state_is_refused(bench: Bench) -> None:
    with pytest.raises(MessageError):
        bench.updater.desired(b"garbage")
    assert bench.disk.record.state == IDLE


def test_a_later_rollout_supersedes_and_the_earlier_download_is_canceled(bench: Bench) -> None:
    bench.order(bench.offer("1.1.0"))
    bench.order(bench.offer("1.2.0", rollout="r2", sequence=2))
    bench.clock.pass_s(20)
    assert bench.states == [DOWNLOADING, SUPERSEDED, *WAY]
    assert bench.source.canceled == 1
    assert [update[3] for update in bench.disk.finished] == [SUPERSEDED, COMMITTED]


@pytest.mark.parametrize("after_s", [0.05, 1.0, 6.0])
def test_a_withdrawal_cancels_what_has_not_committed(bench: Bench, after_s: float) -> None:
    bench.order(bench.offer("1.1.0"))
    bench.clock.pass_s(after_s)
    bench.updater.desired(b"")
    bench.clock.pass_s(20)
    assert bench.states[-1] == CANCELED
    assert bench.disk.slots.serving == FACTORY


def test_a_withdrawal_after_the_commit_does_nothing(bench: Bench) -> None:
    bench.order(bench.offer("1.1.0"))
    bench.clock.pass_s(20)
    bench.updater.desired(b"")
    assert bench.states == WAY


def test_going_back_needs_no_url_and_no_download(bench: Bench) -> None:
    bench.order(bench.offer("1.1.0"))
    bench.clock.pass_s(20)
    fetched = len(bench.source.requests)
    back = bench.offer("1.1.0", attempt=2, sequence=2, model=FACTORY.model, sha256=FACTORY.sha256, url="")
    bench.order(back.model_copy(update={"manifest_url": ""}))
    bench.clock.pass_s(20)
    assert bench.states == WAY * 2
    assert bench.disk.slots.current == FACTORY
    assert bench.disk.slots.previous is not None
    assert len(bench.source.requests) == fetched


def test_a_file_that_is_nowhere_fails(bench: Bench) -> None:
    bench.order(bench.offer("1.1.0", url=""))
    bench.clock.pass_s(20)
    assert bench.states == [DOWNLOADING, FAILED]
    assert "does not say where it is" in bench.disk.record.reason


def test_a_file_that_is_not_found_fails_at_once(bench: Bench) -> None:
    bench.order(bench.offer("1.1.0", url="/elsewhere"))
    bench.clock.pass_s(2)
    assert bench.states == [DOWNLOADING, FAILED]
    assert bench.disk.record.reason == "HTTP 404 for /elsewhere"


def test_a_broken_download_is_tried_again_and_ends_after_some_tries(bench: Bench) -> None:
    bench.source.faults = [Outcome(fault="reset by peer")] * RETRIES
    bench.order(bench.offer("1.1.0"))
    bench.clock.pass_s(80)
    assert bench.states == WAY
    bench.source.faults = [Outcome(fault="reset by peer")] * (RETRIES + 1)
    bench.order(bench.offer("1.2.0", rollout="r2", sequence=2))
    bench.clock.pass_s(80)
    assert bench.states[-1] == FAILED
    assert bench.disk.record.reason == "reset by peer"


def test_a_busy_server_is_waited_for_as_long_as_it_takes(bench: Bench) -> None:
    bench.source.faults = [Outcome(fault="HTTP 503", busy_s=2.0)] * 3 * RETRIES
    bench.order(bench.offer("1.1.0"))
    bench.clock.pass_s(120)
    assert bench.states == WAY


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sha256": "0" * 64}, "knows no such light@1.1.0/fp16"),
        ({"model": "light@1.1.0/int8"}, "knows no such light@1.1.0/int8"),
    ],
)
def test_what_its_manifest_does_not_vouch_for_is_rejected(bench: Bench, changes: Any, reason: str) -> None:
    bench.order(bench.offer("1.1.0").model_copy(update=changes))
    bench.clock.pass_s(20)
    assert bench.states == [DOWNLOADING, REJECTED]
    assert reason in bench.disk.record.reason


def test_a_file_with_another_hash_is_rejected(bench: Bench) -> None:
    order = bench.offer("1.1.0")
    bench.source.files["/light@1.1.0/fp16"] = b"x" * order.size_bytes
    bench.order(order)
    bench.clock.pass_s(20)
    assert bench.states == [DOWNLOADING, REJECTED]
    assert "has the hash" in bench.disk.record.reason
    assert bench.disk.slots.serving == FACTORY


def test_a_slow_device_downloads_piece_by_piece_and_reports_how_far_it_is() -> None:
    slow = Bench(frozenset({SLOW}))
    order = slow.offer("1.1.0", data=b"x" * 7 * SLOW_PIECE_BYTES)
    slow.order(order)
    slow.clock.pass_s(30)
    assert slow.states == [DOWNLOADING, *WAY]
    assert len(slow.source.requests) == 1 + 8
    assert slow.disk.record.downloaded_bytes == order.size_bytes == slow.disk.record.size_bytes


def test_a_crashing_device_dies_three_times_and_goes_back() -> None:
    bench = Bench(frozenset({CRASHING}))
    bench.order(bench.offer("1.1.0"))
    bench.clock.pass_s(60)
    assert bench.deaths == 3
    assert bench.states == [*WAY[:4], ROLLED_BACK]
    assert bench.disk.record.reason == "The agent died 3 times with the new model (probation); it is not tried again."
    assert bench.disk.slots.serving == FACTORY


def test_a_crashing_device_lives_with_the_model_that_it_had() -> None:
    bench = Bench(frozenset({CRASHING}))
    bench.order(bench.offer("1.1.0", model=FACTORY.model, sha256=FACTORY.sha256, url=""))
    bench.clock.pass_s(60)
    assert (bench.deaths, bench.states) == (0, [COMMITTED])


@pytest.mark.parametrize(("effect", "end"), [("crash=1", ROLLED_BACK), ("unfit=1", REJECTED)])
def test_a_model_can_be_one_that_no_device_bears(effect: str, end: str) -> None:
    bench = Bench(effects=(effects.parsed(f"light@1.1.*:{effect}"),))
    bench.order(bench.offer("1.1.0"))
    bench.clock.pass_s(60)
    assert bench.states[-1] == end
    assert bench.disk.slots.serving == FACTORY


@pytest.mark.parametrize(("after_s", "state"), [(0.05, DOWNLOADING), (1.5, VERIFIED), (5.0, PROBATION)])
def test_a_device_that_dies_anywhere_goes_on_where_its_disk_says(bench: Bench, after_s: float, state: str) -> None:
    bench.order(bench.offer("1.1.0"))
    bench.clock.pass_s(after_s)
    assert bench.states[-1] == state
    bench.updater.stop()
    bench.clock.pass_s(5)
    assert bench.states[-1] == state
    bench.updater.restart()
    bench.clock.pass_s(20)
    assert bench.states[-1] == COMMITTED


@pytest.mark.parametrize(("kind", "precision"), [("nano", "fp16"), ("orin", "int8"), ("arm", "int8")])
def test_of_several_variants_the_fastest_is_taken(kind: str, precision: str) -> None:
    bench = Bench(kind=BY_NAME[kind])
    bench.order(bench.offer("1.1.0", "fp32", "fp16", "int8"))
    bench.clock.pass_s(20)
    assert bench.disk.slots.current.model == f"light@1.1.0/{precision}"
    assert set(bench.disk.record.measured_ms) == {f"light@1.1.0/{each}" for each in ("fp32", "fp16", "int8")}


def test_the_same_seed_takes_the_same_time() -> None:
    def commits_at(seed: int) -> float:
        bench = Bench(seed=seed)
        bench.order(bench.offer("1.1.0"))
        while bench.disk.record.state != COMMITTED:
            bench.clock.pass_s(0.05)
        return bench.clock.now_s

    assert commits_at(1) == commits_at(1) != commits_at(2)
