"""A device that has two brokers: its spool goes with it, and what it is told at the other never leads back."""

import logging
import os
import signal
import socket
from pathlib import Path
from typing import Iterator, List, Set

import pytest
from fer_agent.broker.link import BrokerLink
from fer_agent.settings import BrokerSettings
from fer_wire import Ack, Reported, Status, Topics, parse
from fer_wire.presence import OFFLINE, ONLINE
from linked_device import Device, WritingEar, settings_for, stored, until
from real_broker import Mosquitto, running
from unit.agent.observations import observation

pytestmark = pytest.mark.mosquitto
TOPICS = Topics()
SOON_S = 0.3


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Mosquitto]:
    """A second broker, which knows nothing of the first."""
    with running(tmp_path / "other") as broker:
        yield broker


def at_both(first: str, other: Mosquitto, **more: object) -> BrokerSettings:
    """Settings of a device that hardly waits."""
    more = {"url": first, "fallback_urls": [other.url], "patience_s": SOON_S, "reconnect_max_s": 0.2, **more}
    return BrokerSettings.model_validate(more)


class Heard:
    """What is said at one broker, also after it was away."""

    def __init__(self, broker: Mosquitto) -> None:
        self.ear = WritingEar()
        self._link = BrokerLink(settings_for(broker), "ear", None, ["fer/v1/#"], self.ear)
        self._link.start()
        until(self.ear.up.is_set, "the ear's connection")

    @property
    def seqs(self) -> Set[int]:
        return set(stored(self.ear))

    @property
    def statuses(self) -> List[Status]:
        return [parse(Status, payload) for payload in self.ear.messages("/status")]

    def say(self, topic: str, payload: bytes) -> None:
        self._link.publish(topic, payload, qos=1, retain=True)

    def acknowledge(self, device: Device, seq: int) -> None:
        self.say(TOPICS.ack("nano-01"), Ack(device="nano-01", epoch=device.spool.epoch, seq=seq).payload())

    def close(self) -> None:
        self._link.stop()


@pytest.fixture
def here(mosquitto: Mosquitto) -> Iterator[Heard]:
    heard = Heard(mosquitto)
    yield heard
    heard.close()


@pytest.fixture
def there(other: Mosquitto) -> Iterator[Heard]:
    heard = Heard(other)
    yield heard
    heard.close()


@pytest.fixture
def device(mosquitto: Mosquitto, other: Mosquitto, tmp_path: Path) -> Iterator[Device]:
    device = Device(at_both(mosquitto.url, other), tmp_path, resend_after_s=1)
    yield device
    device.stop()


def observe(device: Device, events: int) -> None:
    device.spool.append([observation() for _ in range(events)])


def test_a_broker_that_dies_during_the_flow_is_left_with_all_that_nobody_acknowledged(
    mosquitto: Mosquitto, here: Heard, there: Heard, device: Device
) -> None:
    observe(device, 100)
    until(lambda: len(here.seqs) == 100, "events at the first broker")
    here.acknowledge(device, 60)
    until(lambda: device.spool.statistics().pending_events == 40, "the ack")
    mosquitto.kill()
    observe(device, 50)
    until(lambda: there.seqs == set(range(61, 151)), "the rest at the other broker")
    report = parse(Reported, there.ear.messages("/reported")[-1])
    assert report.broker == device.link.url != mosquitto.url


def test_it_stays_at_the_broker_that_works_when_the_first_is_back(
    mosquitto: Mosquitto, other: Mosquitto, there: Heard, device: Device
) -> None:
    mosquitto.stop()
    until(lambda: there.statuses, "the birth at the other broker")
    mosquitto.start()
    observe(device, 10)
    until(lambda: len(there.seqs) == 10, "events at the other broker")
    assert device.link.url == other.url
    assert len({status.connection for status in there.statuses}) == 1


def test_an_older_ack_at_the_other_broker_leads_only_forward(
    mosquitto: Mosquitto, here: Heard, there: Heard, device: Device
) -> None:
    there.acknowledge(device, 3)
    observe(device, 20)
    until(lambda: len(here.seqs) == 20, "events at the first broker")
    here.acknowledge(device, 10)
    until(lambda: device.spool.oldest_seq == 11, "the ack")
    mosquitto.kill()
    until(lambda: there.seqs == set(range(11, 21)), "what lies above the newer ack")
    assert {event.oldest_seq for event in stored(there.ear).values()} == {11}


def test_an_ack_from_the_time_of_an_earlier_spool_deletes_nothing(
    mosquitto: Mosquitto, there: Heard, device: Device
) -> None:
    there.say(TOPICS.ack("nano-01"), Ack(device="nano-01", epoch="an-earlier-one", seq=999).payload())
    observe(device, 5)
    mosquitto.kill()
    until(lambda: there.seqs == set(range(1, 6)), "all events at the other broker")
    assert device.spool.statistics().pending_events == 5


def test_the_will_of_a_broker_that_comes_back_late_tells_of_an_earlier_connection(
    mosquitto: Mosquitto, here: Heard, there: Heard, device: Device
) -> None:
    until(lambda: here.statuses, "the birth at the first broker")
    os.kill(mosquitto.pid, signal.SIGSTOP)
    observe(device, 10)
    until(lambda: len(there.seqs) == 10, "events at the other broker", seconds=60)
    os.kill(mosquitto.pid, signal.SIGCONT)
    until(lambda: here.statuses[-1].state == OFFLINE, "the late will")
    born = there.statuses[-1]
    assert (born.state, born.run) == (ONLINE, here.statuses[-1].run)
    assert here.statuses[-1].connection < born.connection


def test_a_late_will_at_the_broker_where_the_device_is_does_not_hide_it(here: Heard, device: Device) -> None:
    """As in a cluster, where the device comes back through another node."""
    until(lambda: here.statuses, "the birth")
    first = here.statuses[-1]
    until(lambda: device.link.publish("fer/v1/x/telemetry", b"{}"), "the connection")
    late = first.model_copy(update={"state": OFFLINE, "connection": first.connection - 1})
    here.say(TOPICS.status("nano-01"), late.payload())
    until(lambda: [status.state for status in here.statuses] == [ONLINE, OFFLINE, ONLINE], "the second birth")


def test_a_broker_that_takes_the_connection_and_never_answers_is_passed_over(
    other: Mosquitto, there: Heard, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"mqtt://127.0.0.1:{silent.getsockname()[1]}"
        device = Device(at_both(url, other), tmp_path)
        observe(device, 10)
        until(lambda: len(there.seqs) == 10, "events at the other broker", seconds=60)
        device.stop()
    assert f"The broker {url} does not answer to MQTT 3.1.1, too; check that it is a broker." in caplog.messages
    assert f"The broker {other.url} is connected." in caplog.messages


def test_a_broker_that_confirms_nothing_is_left_though_telemetry_leaves(
    mosquitto: Mosquitto, other: Mosquitto, there: Heard, tmp_path: Path
) -> None:
    device = Device(at_both(mosquitto.url, other, keepalive_s=3600), tmp_path)
    until(lambda: device.link.publish(TOPICS.telemetry("nano-01"), b"{}"), "the connection")
    os.kill(mosquitto.pid, signal.SIGSTOP)
    observe(device, 10)

    def telling() -> bool:
        device.link.publish(TOPICS.telemetry("nano-01"), b"{}")
        return len(there.seqs) == 10

    until(telling, "events at the other broker", seconds=60)
    os.kill(mosquitto.pid, signal.SIGCONT)
    device.stop()


def test_brokers_that_are_all_away_are_told_of_once_each(
    mosquitto: Mosquitto, other: Mosquitto, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    mosquitto.stop()
    other.stop()
    device = Device(at_both(mosquitto.url, other), tmp_path)
    until(lambda: len([text for text in caplog.messages if "cannot be reached" in text]) == 2, "both complaints")
    observe(device, 3)
    mosquitto.start()
    other.start()
    until(lambda: "connected" in device.link.last_error or not device.link.last_error, "a connection", seconds=60)
    assert len([text for text in caplog.messages if "cannot be reached" in text]) == 2
    device.stop()
