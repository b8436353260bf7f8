"""kill -9 and outages at random moments: every event is in the database exactly once afterwards."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from acceptance.fleet import EAGER, Fleet, Program, assert_exactly_once, one_variant, until
from real_broker import Mosquitto

ROUNDS = 5
KILLS_PER_ROUND = 4
SHARE_IN_FULL_FLOW = 0.7
EVENTS_BETWEEN_KILLS = 20
KEEPALIVE_S = 5
WINDOW = 60
WINDOWS_MISSED = 4
LONG_AWAY = {
    "FER_AGENT_BROKER__KEEPALIVE_S": str(KEEPALIVE_S),
    "FER_CONTROLLER_BROKER__KEEPALIVE_S": str(KEEPALIVE_S),
    "FER_AGENT_SPOOL__WINDOW": str(WINDOW),
}
"""Settings by which an outage of seconds is a long one: several keepalives pass, and several windows fill."""
pytestmark = [pytest.mark.mosquitto, pytest.mark.timeout(600)]


@pytest.fixture
def fleet(request: pytest.FixtureRequest, tmp_path: Path, mosquitto: Mosquitto) -> Iterator[Fleet]:
    """It runs, eager, with the settings that a test gives besides."""
    settings = {**one_variant(tmp_path), **EAGER, **getattr(request, "param", {})}
    fleet = Fleet(tmp_path, mosquitto, **settings)
    fleet.start()
    yield fleet
    fleet.end()


def finish(fleet: Fleet) -> str:
    """Bring everything back, let the agent flush, and count."""
    if not fleet.broker.running:
        fleet.broker.start()
    for program in (fleet.controller, fleet.agent):
        if not program.running:
            program.start()
    before = fleet.stored()
    until(lambda: fleet.stored() > before, "new events after the last kill")
    assert fleet.agent.stop() == 0, fleet.agent.log.read_text()[-2000:]
    assert fleet.agent.last_line["pending"] == 0
    return assert_exactly_once(fleet)


def await_flow(fleet: Fleet, dice: random.Random) -> None:
    """Wait for new events, or, now and then, only for a moment, in which what was killed may not have come back."""
    if dice.random() < SHARE_IN_FULL_FLOW:
        enough = fleet.stored() + dice.randint(1, EVENTS_BETWEEN_KILLS)
        until(lambda: fleet.stored() >= enough, "new events since the last kill")
    else:
        time.sleep(dice.uniform(0.2, 1.0))


@pytest.mark.parametrize("victim", ["agent", "controller", "broker", "anyone"])
def test_kill_9_at_random_moments_loses_nothing_and_counts_nothing_twice(
    fleet: Fleet, victim: str, capsys: pytest.CaptureFixture[str]
) -> None:
    dice = random.Random(victim)
    victims: dict[str, Program | Mosquitto] = {
        "agent": fleet.agent,
        "controller": fleet.controller,
        "broker": fleet.broker,
    }
    until(lambda: fleet.stored() > 0, "the first events")
    killed = []
    for _ in range(ROUNDS * KILLS_PER_ROUND // (1 if victim == "anyone" else 2)):
        name = dice.choice(sorted(victims)) if victim == "anyone" else victim
        await_flow(fleet, dice)
        victims[name].kill()
        killed.append(name)
        if name == "broker" and dice.random() < 0.5:
            fleet.broker.forget()
        time.sleep(dice.uniform(0.0, 0.5))
        victims[name].start()
    outcome = finish(fleet)
    with capsys.disabled():
        print(f"\n  kill -9 of {victim}: {len(killed)} kills, {outcome} ", end="")


@pytest.mark.parametrize("fleet", [LONG_AWAY], indirect=True, ids=["several keepalives"])
def test_a_broker_that_is_away_for_long_costs_no_event(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    until(lambda: fleet.stored() > 0, "the first events")
    fleet.broker.kill()
    fleet.broker.forget()
    stored_before, away_since_s = fleet.stored(), time.monotonic()
    until(lambda: fleet.given_out() > stored_before + WINDOWS_MISSED * WINDOW, "several windows of events")
    away_s = time.monotonic() - away_since_s
    assert fleet.stored() - stored_before <= WINDOW
    fleet.broker.start()
    until(lambda: fleet.stored() > stored_before + WINDOWS_MISSED * WINDOW, "what was spooled meanwhile")
    outcome = finish(fleet)
    with capsys.disabled():
        print(f"\n  broker away for {away_s:.0f} s: {outcome} ", end="")


def test_a_controller_that_is_away_costs_no_event(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    until(lambda: fleet.stored() > 0, "the first events")
    fleet.controller.kill()
    resends_before = resends(fleet)
    until(lambda: resends(fleet) >= resends_before + 2, "two resends for want of an ack")
    fleet.controller.start()
    outcome = finish(fleet)
    with capsys.disabled():
        print(f"\n  controller away for two resends: {outcome} ", end="")


def resends(fleet: Fleet) -> int:
    """How often the agent has sent again because the ack stood still."""
    return fleet.agent.log.read_text().count("resending from seq")
