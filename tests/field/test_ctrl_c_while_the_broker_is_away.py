"""Ctrl-C while the broker is away: what it waits for is said, counted down, and a second one does not wait for it."""

import re
import signal
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from acceptance.fleet import EAGER, Program, one_variant, until

LONG_S = "600"
QUICK_S = 20.0
"""A hundredth of what it would wait for, and enough for a busy machine."""


@pytest.fixture
def away() -> Iterator[str]:
    """The URL of a broker that is not there; its port is held, so that no other test's broker comes to it."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"mqtt://127.0.0.1:{held.getsockname()[1]}"


def said(program: Program) -> str:
    return program.log.read_text() if program.log.exists() else ""


def in_spool(state: Path) -> int:
    with closing(sqlite3.connect(f"file:{state / 'nano-01' / 'spool.db'}?mode=ro", uri=True)) as database:
        return int(database.execute("SELECT COUNT(*) FROM events").fetchone()[0])


@pytest.mark.parametrize(("number", "options"), [(signal.SIGINT, ()), (signal.SIGTERM, ("--debug",))])
def test_a_second_one_ends_the_agent_at_once_with_its_events_in_the_spool(
    tmp_path: Path, away: str, number: signal.Signals, options: tuple[str, ...]
) -> None:
    state = tmp_path / "state"
    settings = {**EAGER, **one_variant(tmp_path), "FER_AGENT_SPOOL__FLUSH_TIMEOUT_S": LONG_S}
    agent = Program(
        tmp_path, "fer-agent", "start", "--device", "nano-01", "--broker", away, "--state-dir", str(state), "--json",
        *options, **settings,
    )  # fmt: skip
    agent.start()
    until(lambda: "runs light" in said(agent) and in_spool(state) > 0, "an event in the spool")
    agent.send(number)
    until(lambda: "s left to send them" in said(agent), "what it waits for")
    assert f"The broker {away} cannot be reached" in said(agent)
    time.sleep(0.4)  # two signals within a moment are one
    assert agent.running
    agent.send(number)
    assert agent.wait(QUICK_S) == 0
    waiting = in_spool(state)
    assert waiting > 0
    assert agent.last_line["pending"] == waiting
    assert f"{waiting} events wait in the spool and will be sent at the next start." in said(agent)


def test_simulated_devices_count_down_too_and_a_second_one_tells_what_is_lost(tmp_path: Path, away: str) -> None:
    simulation = Program(
        tmp_path, "fer-controller", "simulate", "--agents", "3", "--broker", away, "--flush-s", LONG_S,
        "--events-per-s", "50", "--json",
    )  # fmt: skip
    simulation.start()
    until(lambda: re.search(r'"pending": [1-9]', simulation.printed), "events that wait")
    simulation.send(signal.SIGINT)
    until(lambda: "s left for the last acks" in simulation.printed, "a countdown")
    time.sleep(0.4)
    simulation.send(signal.SIGINT)
    assert simulation.wait(QUICK_S) == 1
    assert simulation.last_line["pending"] > 0
    assert not simulation.last_line["sound"]


def test_a_controller_ends_by_itself_or_at_once(tmp_path: Path, away: str) -> None:
    controller = Program(
        tmp_path, "fer-controller", "serve", "--db", str(tmp_path / "fleet.db"), "--broker", away, "--http", ""
    )
    controller.start()
    until(lambda: "Trying again until it works" in said(controller), "the broker is missed")
    controller.send(signal.SIGINT)
    assert controller.wait(QUICK_S) == 0
    assert "everything that was acknowledged" in said(controller)


def test_a_controller_whose_broker_is_silent_tells_what_it_waits_for_and_ends_at_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"mqtt://127.0.0.1:{silent.getsockname()[1]}"
        db = tmp_path / "fleet.db"
        controller = Program(tmp_path, "fer-controller", "serve", "--db", str(db), "--broker", url, "--http", "")
        controller.start()
        until(lambda: "Storing what arrives" in said(controller), "it connects")
        controller.send(signal.SIGINT)
        until(lambda: "Ending for 5 s now" in said(controller) or not controller.running, "what it waits for")
        if controller.running:
            controller.send(signal.SIGTERM)
            assert controller.wait(QUICK_S) == 130
            assert "Ended at once; what was acknowledged is in" in said(controller)
