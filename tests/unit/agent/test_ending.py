import logging
from typing import List

import pytest
from fer_agent.ending import Countdown, EndAtOnce, Requests
from unit.agent.outbox.test_publisher import Clock


def test_a_second_request_ends_at_once() -> None:
    clock = Clock()
    requests = Requests(clock)
    assert not requests.wait(0)
    requests.ask()
    assert requests.wait(0)
    clock.now += 1.0
    with pytest.raises(EndAtOnce):
        requests.ask()


def test_one_press_that_arrives_twice_is_one_request() -> None:
    clock = Clock()
    requests = Requests(clock)
    for _ in range(3):
        requests.ask()
        clock.now += 0.05
    assert requests.wait(0)


def test_where_the_end_begins_by_itself_the_first_request_ends_at_once() -> None:
    requests = Requests(Clock())
    requests.end_begins()
    with pytest.raises(EndAtOnce):
        requests.ask()


def test_nobody_who_handles_faults_catches_it() -> None:
    assert not issubclass(EndAtOnce, Exception)


def test_what_the_end_waits_for_is_said_in_full_and_then_counted_down(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    countdown = Countdown(lambda: "The broker is away.")
    for tenths in range(120, 0, -2):
        countdown(7, tenths / 10)
    said: List[str] = caplog.messages
    assert len(said) == 3
    assert said[0].startswith("Ending. Events that wait in the spool: 7; 12 s left to send them. The broker is away.")
    assert "ends at once" in said[0]
    assert said[1:] == [
        "Events that wait in the spool: 7; 7 s left to send them.",
        "Events that wait in the spool: 7; 2 s left to send them.",
    ]


def test_a_restart_ends_the_run_and_is_remembered_and_a_signal_before_it_holds() -> None:
    requests, stopped = Requests(Clock()), Requests(Clock())
    requests.ask_for_restart()
    assert (requests.wait(0), requests.restarts) == (True, True)
    stopped.ask()
    stopped.ask_for_restart()
    assert not stopped.restarts
