"""How long the broker has owed an answer."""

from fer_agent.broker.debt import Debt


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
    debt.asked()
    debt.answered()
    clock.now_s += 100
    assert debt.age_s == 0


def test_any_answer_is_a_sign_of_life() -> None:
    clock = Clock()
    debt = Debt(clock)
    debt.asked()
    clock.now_s += 10
    debt.asked()
    assert debt.age_s == 10
    debt.answered()
    clock.now_s += 3
    assert debt.age_s == 3


def test_an_answer_may_come_before_its_message_is_told() -> None:
    debt = Debt(Clock())
    debt.answered()
    debt.asked()
    assert debt.age_s == 0


def test_a_new_connection_owes_its_subscriptions_alone() -> None:
    clock = Clock()
    debt = Debt(clock)
    for _ in range(3):
        debt.asked()
    clock.now_s += 10
    debt.begin()
    clock.now_s += 2
    assert debt.age_s == 2
    debt.answered()
    assert debt.age_s == 0
