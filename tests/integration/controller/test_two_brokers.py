"""Two brokers that know nothing of each other, an ingest at each, one PostgreSQL: a device goes between them."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from controller_messages import a_birth
from controller_process import eventually
from fer_agent.broker.link import BrokerLink
from fer_agent.settings import BrokerSettings
from fer_controller.settings import PostgresUrl
from fer_wire import Status, Topics, parse
from fer_wire.presence import OFFLINE
from forked import Forked
from linked_device import Device, WritingEar, settings_for
from paho.mqtt import publish
from real_broker import Mosquitto, running
from real_postgres import Postgres
from unit.agent.observations import observation

pytestmark = pytest.mark.mosquitto
KILLS, TOPICS = 6, Topics()


@pytest.fixture
def brokers(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[list[Mosquitto]]:
    with running(tmp_path / "other") as other:
        yield [mosquitto, other]


class Site:
    """The database, an ingest at each broker, and a device."""

    def __init__(self, brokers: list[Mosquitto], postgres: Postgres, place: PostgresUrl, device: Device) -> None:
        self.brokers, self.device = brokers, device
        self._postgres, self._place = postgres, place

    def observe(self, events: int = 20) -> None:
        self.device.spool.append([observation() for _ in range(events)])

    def stores(self) -> None:
        """Until all that was seen is stored, and the device has heard so."""
        eventually(lambda: self.device.spool.statistics().pending_events == 0, "the spool is empty")

    def ask(self, query: str) -> list[tuple[object, ...]]:
        return self._postgres.execute(query, self._place.name)

    @property
    def state(self) -> list[tuple[object, ...]]:
        return self.ask("SELECT state, connection FROM devices WHERE device = 'nano-01'")


@pytest.fixture
def site(brokers: list[Mosquitto], postgres: Postgres, tmp_path: Path) -> Iterator[Site]:
    place = postgres.database()
    with ExitStack() as stack:
        for number, broker in enumerate(brokers):
            log = tmp_path / f"ingest-{number}"
            served = ("--db", place.url, "--broker", broker.url, "--role", "ingest")
            eager = {"FER_CONTROLLER_BROKER__RECONNECT_MAX_S": "0.5", "FER_CONTROLLER_INGEST__ACK_INTERVAL_MS": "0"}
            ingest = Forked("fer-controller", "serve", *served, out=log, err=log, **eager)
            stack.callback(ingest.wait, 30)
            stack.callback(ingest.terminate)
            eventually(lambda log=log: "Connected to the broker" in log.read_text(), "it is connected")  # type: ignore[misc]
        settings = BrokerSettings(
            url=brokers[0].url, fallback_urls=[brokers[1].url], patience_s=0.3, reconnect_max_s=0.2
        )
        device = Device(settings, tmp_path, resend_after_s=1)
        stack.callback(device.stop)
        yield Site(brokers, postgres, place, device)


def test_each_event_is_stored_once_whichever_broker_brought_it(site: Site) -> None:
    for turn in range(KILLS):
        victim = site.brokers[turn % 2]
        site.observe()
        victim.kill()
        site.observe()
        victim.start()
        site.observe()
        site.stores()
    numbers = [(seq,) for seq in range(1, site.device.spool.last_seq + 1)]
    assert site.ask("SELECT seq FROM events ORDER BY seq") == numbers
    assert site.ask("SELECT COUNT(*) FROM gaps") == [(0,)]


def test_the_will_of_the_broker_that_was_left_hides_nobody(site: Site) -> None:
    """The ingest there has heard nothing of the device since."""
    site.observe()
    site.stores()
    eventually(lambda: site.state == [("online", 1)], "the device is online")
    left = site.brokers[0]
    ear = WritingEar()
    link = BrokerLink(settings_for(left), "ear", None, [TOPICS.every("status")], ear)
    link.start()
    eventually(lambda: ear.messages("/status"), "what the broker retains")
    os.kill(left.pid, signal.SIGSTOP)
    site.observe()
    site.stores()
    eventually(lambda: site.state == [("online", 2)], "the birth at the other broker")
    os.kill(left.pid, signal.SIGCONT)
    eventually(lambda: parse(Status, ear.messages("/status")[-1]).state == OFFLINE, "the late will")
    after_it = a_birth(device="marker").payload()
    publish.single(TOPICS.status("marker"), after_it, 1, hostname="127.0.0.1", port=left.port)
    eventually(lambda: ("marker",) in site.ask("SELECT device FROM devices"), "the ingest has read what came after it")
    link.stop()
    assert site.state == [("online", 2)]
