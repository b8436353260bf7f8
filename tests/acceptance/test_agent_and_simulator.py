"""The agent's real update and the simulated device go through the same scripts, and report the same.

The agent has real slots, a real record on disk and real signatures; only inference is made up. Neither takes any time.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fer_simulator.devices.update
import pytest
from acceptance.agent_and_simulator import (
    LONG,
    MISSING,
    SEES,
    SEES_BETTER,
    SHORT,
    SWAPPED,
    UNFINISHED,
    UNFIT,
    VERSIONS,
    WAY,
    Pair,
)
from fer_wire.contracts import FINDER
from fer_wire.device.record import TAKEN_BACK, Record
from fer_wire.device.slots import Occupied
from fer_wire.reported import (
    CANCELED,
    COMMITTED,
    DOWNLOADING,
    FAILED,
    PROBATION,
    REJECTED,
    ROLLED_BACK,
    STAGED,
    SUPERSEDED,
    VERIFIED,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from unit.agent.update.device import DEVICE
from unit.agent.update.making import Release, Signer


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return Signer(tmp_path_factory.mktemp("key"))


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory, signer: Signer) -> dict[str, Release]:
    folder = tmp_path_factory.mktemp("releases")
    finders = {each: Release(signer, folder / FINDER, each.split()[1], task=FINDER) for each in (SEES, SEES_BETTER)}
    return {**finders, **{version: Release(signer, folder, version, each) for version, each in VERSIONS.items()}}


@pytest.fixture(autouse=True)
def no_power_cut() -> Iterator[None]:
    """A process that dies loses no write, so nothing need reach the disk."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _file: None)
        yield


@pytest.fixture
def pair(tmp_path: Path, releases: dict[str, Release], signer: Signer) -> Pair:
    return Pair(tmp_path / DEVICE, releases, signer)


def test_a_good_model_goes_its_way(pair: Pair) -> None:
    pair.order("2.0.0")
    pair.settle()
    assert pair.states == WAY


def test_of_several_variants_both_take_the_fastest(pair: Pair) -> None:
    pair.order("3.0.0")
    pair.settle()
    assert pair.states == WAY
    assert pair.agent.told[-1].model == "tiny@3.0.0/int8"


def test_a_model_that_serves_already_is_committed_at_once(pair: Pair) -> None:
    pair.order("1.0.0")
    assert pair.states == [COMMITTED]
    pair.order("2.0.0", "r2")
    pair.settle()
    pair.order("2.0.0", "r3")
    assert pair.states == [COMMITTED, *WAY, COMMITTED]


def test_the_way_back_needs_no_download(pair: Pair) -> None:
    pair.order("2.0.0")
    pair.settle()
    pair.go_back("1.0.0", "back")
    pair.settle()
    assert pair.states == WAY * 2
    assert pair.agent.told[-1].serves == "tiny@1.0.0/fp32"


@pytest.mark.parametrize(
    ("fault", "end"), [(MISSING, FAILED), (SWAPPED, REJECTED), (SHORT, REJECTED), (LONG, REJECTED)]
)
def test_a_server_that_does_not_keep_its_promise_ends_the_update(pair: Pair, fault: str, end: str) -> None:
    pair.spoil("2.0.0", fault)
    pair.order("2.0.0")
    pair.settle()
    assert pair.states == [DOWNLOADING, end]
    pair.mend()
    pair.order("2.0.0", attempt=2)
    pair.settle()
    assert pair.states == [DOWNLOADING, end, *WAY]


def test_a_model_that_does_not_fit_is_rejected(pair: Pair) -> None:
    pair.order(UNFIT)
    pair.settle()
    assert pair.states == [DOWNLOADING, VERIFIED, REJECTED]


def test_a_file_that_is_nowhere_fails(pair: Pair) -> None:
    pair.go_back("2.0.0", "back")
    pair.settle()
    assert pair.states == [DOWNLOADING, FAILED]


@pytest.mark.parametrize("state", UNFINISHED)
def test_a_withdrawal_ends_the_update_in_every_state(pair: Pair, state: str) -> None:
    pair.order("2.0.0")
    pair.until(state)
    pair.withdraw()
    pair.settle()
    assert pair.states == [*WAY[: WAY.index(state) + 1], CANCELED]
    assert pair.agent.told[-1].reason == TAKEN_BACK


@pytest.mark.parametrize("state", UNFINISHED)
def test_another_order_takes_the_place_of_the_first_in_every_state(pair: Pair, state: str) -> None:
    pair.order("2.0.0")
    pair.until(state)
    pair.order("3.0.0", "r2")
    pair.settle()
    assert pair.states == [*WAY[: WAY.index(state) + 1], SUPERSEDED, *WAY]


@pytest.mark.parametrize("state", UNFINISHED)
def test_a_death_in_any_state_goes_on_in_that_state(pair: Pair, state: str) -> None:
    pair.order("2.0.0")
    pair.until(state)
    pair.die()
    pair.settle()
    assert pair.states == WAY


@pytest.mark.parametrize(
    ("state", "end"), [(DOWNLOADING, COMMITTED), (VERIFIED, FAILED), (STAGED, FAILED), (PROBATION, ROLLED_BACK)]
)
def test_three_deaths_end_the_update_where_the_new_model_may_be_the_cause(pair: Pair, state: str, end: str) -> None:
    pair.order("2.0.0")
    pair.until(state)
    for _ in range(3):
        pair.die()
    pair.settle()
    assert pair.states[-1] == end
    assert pair.states[: WAY.index(state) + 1] == WAY[: WAY.index(state) + 1]


def test_deaths_in_different_states_count_together(pair: Pair) -> None:
    pair.order("2.0.0")
    for state in (VERIFIED, STAGED, PROBATION):
        pair.until(state)
        pair.die()
    assert pair.states == [DOWNLOADING, VERIFIED, STAGED, PROBATION, ROLLED_BACK]


@pytest.mark.parametrize("state", UNFINISHED)
def test_stops_in_order_are_no_deaths(pair: Pair, state: str) -> None:
    pair.order("2.0.0")
    pair.until(state)
    for _ in range(4):
        pair.restart()
    pair.settle()
    assert pair.states == WAY


def test_what_was_done_what_is_old_and_what_is_for_another_device_is_passed_over(pair: Pair) -> None:
    pair.order("2.0.0", "r1")
    pair.settle()
    pair.order("3.0.0", "r2")
    pair.settle()
    pair.replay(0)
    pair.order("2.0.0", "r1", sequence=99)
    pair.order("2.0.0", "r0", sequence=1)
    pair.order("2.0.0", "r4", sequence=100, device="another")
    pair.settle()
    assert pair.states == WAY * 2


@pytest.mark.parametrize("state", UNFINISHED)
def test_a_finder_goes_its_way_and_a_classifier_takes_the_place_of_another_in_every_state(
    pair: Pair, state: str
) -> None:
    pair.order(SEES_BETTER)
    pair.settle()
    pair.order("2.0.0", "r2")
    pair.until(state)
    pair.go_back(SEES, "r3")
    pair.settle()
    assert pair.states == [*WAY, *WAY[: WAY.index(state) + 1], SUPERSEDED, *WAY]
    assert [told.serves for told in pair.agent.told if told.state == COMMITTED] == [
        "tiny-finder@2.0.0/fp32",
        "tiny-finder@1.0.0/fp32",
    ]


def test_three_deaths_with_a_finder_on_trial_bring_the_earlier_one_back(pair: Pair) -> None:
    pair.order(SEES_BETTER)
    pair.until(PROBATION)
    for _ in range(3):
        pair.die()
    pair.settle()
    assert pair.states[-1] == ROLLED_BACK
    assert pair.agent.told[-1].serves == "tiny-finder@1.0.0/fp32"


def test_a_task_that_neither_takes_is_rejected(pair: Pair) -> None:
    pair.order("2.0.0", task="soothsayer")
    assert pair.agent.state == pair.simulator.state == REJECTED


def test_the_comparison_finds_the_rule_that_the_simulator_once_had(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """A death in STAGED led back to VERIFIED there, and was not counted."""

    def as_before(record: Record, _occupied: Occupied) -> Record:
        return record.model_copy(update={"state": VERIFIED if record.state == STAGED else record.state})

    monkeypatch.setattr(fer_simulator.devices.update, "resumed", as_before)
    pair.order("2.0.0")
    pair.until(STAGED)
    pair.die()
    assert pair.agent.told != pair.simulator.told


ROLLOUTS = st.sampled_from(["r1", "r2", "r3"])
MODELS = st.sampled_from([*VERSIONS, SEES, SEES_BETTER])
ACTIONS = st.one_of(
    st.tuples(st.just("order"), MODELS, ROLLOUTS, st.integers(1, 2)),
    st.tuples(st.just("go_back"), MODELS, ROLLOUTS),
    st.tuples(st.just("replay"), st.integers(0, 9)),
    st.tuples(st.just("spoil"), MODELS, st.sampled_from([MISSING, SWAPPED, SHORT, LONG])),
    *(st.tuples(st.just(name)) for name in ("withdraw", "step", "step", "step", "settle", "die", "restart", "mend")),
)


@given(script=st.lists(ACTIONS, max_size=30))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_script_tells_agent_and_simulator_apart(
    tmp_path_factory: pytest.TempPathFactory, releases: dict[str, Release], signer: Signer, script: list[Any]
) -> None:
    pair = Pair(tmp_path_factory.mktemp("agent") / DEVICE, releases, signer)
    for action, *given_ in script:
        getattr(pair, action)(*given_)
        assert pair.simulator.told == pair.agent.told
