"""kill -9 and outages at random moments: every event is in the database exactly once afterwards."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from acceptance.fleet import EAGER, Fleet, Program, assert_exactly_once, until
from real_broker import Mosquitto

ROUNDS = 5
KILLS_PER_ROUND = 4
OUTAGE_S = 125.0
pytestmark = [pytest.mark.mosquitto, pytest.mark.timeout(600)]


@pytest.fixture
def fleet(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[Fleet]:
    fleet = Fleet(tmp_path, mosquitto, **EAGER)
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
        time.sleep(dice.uniform(0.2, 2.0) + (2.0 if victim == "agent" else 0.0))
        victims[name].kill()
        killed.append(name)
        if name == "broker" and dice.random() < 0.5:
            fleet.broker.forget()
        time.sleep(dice.uniform(0.0, 0.5))
        victims[name].start()
    outcome = finish(fleet)
    with capsys.disabled():
        print(f"\n  kill -9 of {victim}: {len(killed)} kills, {outcome} ", end="")


def test_a_broker_that_is_away_for_minutes_costs_no_event(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    until(lambda: fleet.stored() > 0, "the first events")
    fleet.broker.kill()
    fleet.broker.forget()
    time.sleep(OUTAGE_S)
    stored_before = fleet.stored()
    fleet.broker.start()
    until(lambda: fleet.stored() > stored_before + 500, "what was spooled meanwhile")
    outcome = finish(fleet)
    with capsys.disabled():
        print(f"\n  broker away for {OUTAGE_S:.0f} s: {outcome} ", end="")


def test_a_controller_that_is_away_costs_no_event(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> None:
    until(lambda: fleet.stored() > 0, "the first events")
    fleet.controller.kill()
    time.sleep(15)
    fleet.controller.start()
    outcome = finish(fleet)
    with capsys.disabled():
        print(f"\n  controller away for 15 s: {outcome} ", end="")
