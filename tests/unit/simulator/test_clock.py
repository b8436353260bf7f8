from datetime import timedelta

from fer_simulator.clock import START, Timers, TurnedClock


def a_clock() -> tuple[TurnedClock, Timers]:
    clock = TurnedClock()
    return clock, Timers(clock)


def test_what_is_due_happens_in_its_order_and_not_before() -> None:
    (clock, timers), happened = a_clock(), list[str]()
    timers.later(2, lambda: happened.append("second"))
    timers.later(1, lambda: happened.append("first"))
    timers.later(1, lambda: happened.append("and then"))
    assert timers.wait_s(10) == 1
    clock.turn(timers, 1.5)
    assert happened == ["first", "and then"]
    clock.turn(timers, 1)
    assert happened[2:] == ["second"]
    assert timers.wait_s(10) == 10


def test_each_call_sees_the_moment_at_which_it_was_due() -> None:
    (clock, timers), seen = a_clock(), list[float]()

    def every_second() -> None:
        seen.append(timers.now())
        timers.later(1, every_second)

    timers.later(1, every_second)
    clock.turn(timers, 3.5)
    assert seen == [1, 2, 3]
    assert clock.time() == START + timedelta(seconds=3.5)


def test_the_clock_is_turned_no_further_than_to_the_moment_that_was_waited_for() -> None:
    (clock, timers), happened = a_clock(), list[str]()
    timers.later(2, lambda: happened.append("it"))
    timers.later(4, lambda: happened.append("more"))
    clock.turn(timers, 10, lambda: bool(happened))
    assert (clock.now_s(), happened) == (2, ["it"])
