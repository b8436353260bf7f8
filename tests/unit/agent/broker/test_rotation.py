"""The agent stays at the broker that works, and goes on from one that stays away."""

from typing import List, Optional

import pytest
from fer_agent.broker.rotation import STEADY_S, Attempt, Rotation
from fer_agent.settings import BrokerSettings
from hypothesis import given
from hypothesis import strategies as st

PATIENCE_S = 30.0
FIRST, SECOND, THIRD = "mqtt://first:1883", "mqtt://second:1883", "mqtt://third:1883"
IN_VAIN = Attempt(None)


class Clock:
    """Shows what the test says."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


class Turns:
    """A rotation, and its clock."""

    def __init__(self, *others: str, patience_s: float = PATIENCE_S) -> None:
        self.clock = Clock()
        settings = BrokerSettings(url=FIRST, fallback_urls=list(others), patience_s=patience_s)
        self.rotation = Rotation(settings, self.clock)

    @property
    def url(self) -> str:
        return self.rotation.current.url

    def served(self, seconds: float) -> str:
        """The current broker serves us for so long, and is lost; whose turn it is then."""
        self.clock.now_s += seconds
        self.rotation.ended(Attempt(seconds))
        return self.url

    def fails_after(self, seconds: float) -> str:
        """After this time the current broker cannot be reached; whose turn it is then."""
        self.clock.now_s += seconds
        self.rotation.ended(IN_VAIN)
        return self.url


def test_at_the_start_each_broker_gets_one_attempt_in_the_order_of_the_settings() -> None:
    turns = Turns(SECOND, THIRD)
    assert [turns.url, *(turns.fails_after(0.1) for _ in range(3))] == [FIRST, SECOND, THIRD, FIRST]


def test_a_broker_that_worked_is_waited_for_and_then_left() -> None:
    turns = Turns(SECOND)
    assert turns.served(3600) == FIRST
    assert turns.fails_after(PATIENCE_S - 1) == FIRST
    assert turns.fails_after(1) == SECOND


def test_the_one_that_works_is_not_left_for_the_first_that_is_back() -> None:
    turns = Turns(SECOND)
    turns.fails_after(1)
    for _ in range(5):
        assert turns.served(3600) == SECOND
        assert turns.fails_after(PATIENCE_S / 2) == SECOND


def test_a_broker_that_lets_us_in_and_hangs_up_again_and_again_is_left() -> None:
    turns = Turns(SECOND)
    turns.served(3600)
    assert [turns.served(14) for _ in range(3)] == [FIRST, FIRST, SECOND]


def test_a_broker_that_answers_nothing_is_left_at_once() -> None:
    turns = Turns(SECOND)
    turns.rotation.ended(Attempt(3600, useless=True))
    assert turns.url == SECOND


def test_another_agent_of_our_name_drives_us_to_no_other_broker() -> None:
    turns = Turns(SECOND)
    for _ in range(20):
        turns.clock.now_s += PATIENCE_S
        assert not turns.rotation.ended(Attempt(1.0, pushed_off=True))
    assert turns.rotation.pause_s(Attempt(1.0, pushed_off=True)) >= 15


def test_with_one_broker_there_is_nowhere_to_go() -> None:
    turns = Turns()
    assert not turns.rotation.has_others
    assert {turns.fails_after(1e6), turns.served(0.1), turns.served(1e6), turns.fails_after(1e6)} == {FIRST}


def test_pauses_grow_with_each_round_of_all_brokers_and_start_anew_after_a_steady_connection() -> None:
    turns = Turns(SECOND)
    longest: List[float] = []
    for _ in range(40):
        turns.fails_after(1)
        longest.append(max(turns.rotation.pause_s(IN_VAIN) for _ in range(50)))
    assert longest[0] <= 0.5
    assert 15 <= longest[-1] <= 30
    turns.served(STEADY_S + 1)
    assert turns.rotation.pause_s(Attempt(STEADY_S + 1)) <= 0.5


@pytest.mark.parametrize("patience_s", [0.0, 30.0])
@given(ends=st.lists(st.tuples(st.one_of(st.none(), st.floats(0, 500)), st.floats(0, 100)), max_size=60))
def test_a_broker_that_worked_for_long_is_never_left_before_its_time(
    patience_s: float, ends: List[List[Optional[float]]]
) -> None:
    turns = Turns(SECOND, THIRD, patience_s=patience_s)
    worked_until_s = float("-inf")
    for served_s, pause_s in ends:
        turns.clock.now_s += (served_s or 0.0) + (pause_s or 0.0)
        if served_s is not None and served_s >= patience_s:
            worked_until_s = turns.clock.now_s
        if turns.rotation.ended(Attempt(served_s)):
            assert turns.clock.now_s - worked_until_s >= patience_s
            worked_until_s = float("-inf")
