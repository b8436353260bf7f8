"""A site's broker and the central one, bridged, die in turn: the agent goes from one to the other, losing nothing."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from acceptance.fleet import EAGER, Fleet, assert_exactly_once, one_variant, until
from real_broker import Mosquitto, running

KILLS = 12
KILLED_WHILE_IT_CHANGES = (3, 6, 9)
"""After the kills of a broker with these numbers the agent is killed, too."""
IMPATIENT = {"FER_AGENT_BROKER__PATIENCE_S": "0.3"}
BRIDGE = """\
connection centre
address 127.0.0.1:{port}
cleansession false
restart_timeout 1
topic fer/v1/+/emotion/+ out 1
topic fer/v1/+/status out 1
topic fer/v1/+/reported out 1
topic fer/v1/+/telemetry out 0
topic fer/v1/+/ack in 1
topic fer/v1/+/desired in 1
"""
pytestmark = [pytest.mark.machines, pytest.mark.mosquitto, pytest.mark.timeout(600)]


@pytest.fixture
def site(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[Mosquitto]:
    """A broker that passes on what devices say to the central one, and what they are told back."""
    with running(tmp_path / "site", BRIDGE.format(port=mosquitto.port)) as broker:
        yield broker


@pytest.fixture
def fleet(tmp_path: Path, mosquitto: Mosquitto, site: Mosquitto) -> Iterator[Fleet]:
    """The controller is at the central broker, and the agent at either."""
    fleet = Fleet(tmp_path, mosquitto, "--broker", site.url, **one_variant(tmp_path), **EAGER, **IMPATIENT)
    fleet.start()
    yield fleet
    fleet.end()


def test_the_agent_goes_between_two_brokers_that_die_and_every_event_is_stored_once(
    fleet: Fleet, site: Mosquitto, capsys: pytest.CaptureFixture[str]
) -> None:
    dice = random.Random("two brokers")
    until(lambda: fleet.stored() > 0, "the first events")
    for turn in range(KILLS):
        victim = (fleet.broker, site)[turn % 2]
        enough = fleet.given_out() + dice.randint(1, 30)
        until(lambda enough=enough: fleet.given_out() >= enough, "new events")  # type: ignore[misc]
        victim.kill()
        if dice.random() < 0.3:
            victim.forget()
        if turn in KILLED_WHILE_IT_CHANGES:
            time.sleep(dice.uniform(0.0, 1.0))
            fleet.agent.kill()
            fleet.agent.start()
        time.sleep(dice.uniform(0.0, 3.0))
        victim.start()
        before = fleet.stored()
        until(lambda before=before: fleet.stored() > before, "events are stored again")  # type: ignore[misc]
    assert fleet.agent.stop() == 0, fleet.agent.log.read_text()[-2000:]
    assert fleet.agent.last_line["pending"] == 0
    changes = fleet.agent.log.read_text().count(f"The broker {site.url} is connected")
    assert changes > 0
    killed = f"{KILLS} kills of two brokers, {len(KILLED_WHILE_IT_CHANGES)} of the agent"
    outcome = assert_exactly_once(fleet)
    with capsys.disabled():
        print(
            f"\n  {killed}, {changes} connections to the other: {outcome} ",
            end="",
        )
