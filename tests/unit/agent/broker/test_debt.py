"""How long the broker has owed an answer."""

import pytest
from fer_agent.broker.debt import SUBSCRIPTIONS, Debt


class Clock:
    """Shows what the test says."""

    def __init__(self) -> None:
        self.now_s = 50.0

    def __call__(self) -> float:
        return self.now_s


def test_nothing_is_owed_before_the_first_message_nor_after_the_last_answer() -> None:
    clock = Clock()
    debt = Debt(clock)
    clock.now_s += 100
    assert debt.age_s == 0
    debt.asked(1, qos=1)
    debt.answered(1)
    clock.now_s += 100
    assert debt.age_s == 0


def test_any_answer_is_a_sign_of_life() -> None:
    clock = Clock()
    debt = Debt(clock)
    debt.asked(1, qos=1)
    clock.now_s += 10
    debt.asked(2, qos=1)
    assert debt.age_s == 10
    debt.answered(2)
    clock.now_s += 3
    assert debt.age_s == 3


@pytest.mark.parametrize("told_early", [False, True])
def test_that_telemetry_left_is_no_sign_of_life(told_early: bool) -> None:
    clock = Clock()
    debt = Debt(clock)
    debt.asked(1, qos=1)
    clock.now_s += 10
    if told_early:
        debt.answered(2)
    debt.asked(2, qos=0)
    if not told_early:
        debt.answered(2)
    assert debt.age_s == 10
    debt.answered(1)
    assert debt.age_s == 0


@pytest.mark.parametrize("qos", [0, 1])
def test_an_answer_may_come_before_its_message_is_told(qos: int) -> None:
    clock = Clock()
    debt = Debt(clock)
    debt.answered(1)
    debt.asked(1, qos)
    clock.now_s += 1
    assert debt.age_s == 0
    debt.asked(1, qos=1)  # ids come again
    clock.now_s += 2
    assert debt.age_s == 2


def test_a_new_connection_owes_its_subscriptions_alone() -> None:
    clock = Clock()
    debt = Debt(clock)
    for number in range(1, 4):
        debt.asked(number, qos=1)
    clock.now_s += 10
    debt.begin()
    clock.now_s += 2
    assert debt.age_s == 2
    debt.answered(SUBSCRIPTIONS)
    assert debt.age_s == 0
