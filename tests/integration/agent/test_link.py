"""The agent's link, session and publisher against a real Mosquitto."""

import subprocess
import sys
from pathlib import Path
from typing import Dict, Iterator, List, Set

import pytest
from fer_agent.broker.link import BrokerLink
from fer_agent.broker.presence import STOPPED, Presence
from fer_agent.broker.rotation import Attempt, Rotation
from fer_wire import Ack, Status, Topics, parse
from fer_wire.presence import OFFLINE, ONLINE
from linked_device import DEVICE_CLIENT, Device, WritingEar, settings_for, stored, until
from real_broker import Mosquitto, installed
from unit.agent.observations import observation


@pytest.fixture
def listening(mosquitto: Mosquitto) -> Iterator[WritingEar]:
    """Somebody who hears everything on the broker, and comes back when it does."""
    ear = WritingEar()
    link = BrokerLink(settings_for(mosquitto), "ear", None, ["fer/v1/#"], ear)
    link.start()
    until(ear.up.is_set, "the ear's connection")
    yield ear
    link.stop()


@pytest.fixture
def device(mosquitto: Mosquitto, tmp_path: Path) -> Iterator[Device]:
    device = Device(settings_for(mosquitto), tmp_path, resend_after_s=1)
    yield device
    device.stop()


def test_a_device_says_that_it_is_there_and_what_it_runs(listening: WritingEar, device: Device) -> None:
    until(lambda: listening.messages("/reported") and listening.messages("/status"), "birth and report")
    birth = parse(Status, listening.messages("/status")[-1])
    assert (birth.state, birth.run) == (ONLINE, device.presence.run)


def test_events_pass_the_broker_and_leave_the_spool_with_the_ack(listening: WritingEar, device: Device) -> None:
    device.spool.append([observation() for _ in range(50)])
    until(lambda: len(stored(listening)) == 50, "50 events")
    assert device.spool.statistics().pending_events == 50
    acknowledge(device, 50)
    until(lambda: device.spool.statistics().pending_events == 0, "the ack")


def acknowledge(device: Device, seq: int) -> None:
    ack = Ack(device="nano-01", epoch=device.spool.epoch, seq=seq)
    device.link.publish(Topics().ack("nano-01"), ack.payload(), qos=1, retain=True)


def test_a_broker_that_forgets_everything_gets_all_events_again(
    mosquitto: Mosquitto, listening: WritingEar, device: Device
) -> None:
    device.spool.append([observation() for _ in range(20)])
    until(lambda: len(stored(listening)) == 20, "the first 20")
    mosquitto.kill()
    device.spool.append([observation() for _ in range(10)])
    mosquitto.forget()
    listening.heard.clear()
    mosquitto.start()
    until(lambda: len(stored(listening)) == 30, "all 30, again")


def test_a_killed_device_is_declared_offline_by_its_will(mosquitto: Mosquitto, listening: WritingEar) -> None:
    topic, presence = Topics().status("nano-07"), Presence("nano-07", Topics())
    code = (
        "import signal, sys; from fer_agent.broker.link import *; from fer_agent.broker.listener import *\n"
        "from fer_agent.settings import BrokerSettings\n"
        "class Deaf:\n"
        "    def connected(self, link): link.publish(sys.argv[2], sys.argv[4].encode(), 1, True)\n"
        "    def disconnected(self): pass\n"
        "    def received(self, topic, payload): pass\n"
        "    def delivered(self, message_id): pass\n"
        "link = BrokerLink(BrokerSettings(url=sys.argv[1]), 'x', "
        "lambda: RetainedMessage(sys.argv[2], sys.argv[3].encode()), [sys.argv[2]], Deaf())\n"
        "link.start(); signal.pause()\n"
    )
    arguments = [mosquitto.url, topic, presence.will().payload.decode(), presence.birth().payload().decode()]
    child = subprocess.Popen([sys.executable, "-c", code, *arguments])
    until(lambda: listening.messages("/status"), "the birth")
    child.kill()
    child.wait()
    until(lambda: parse(Status, listening.messages("/status")[-1]).state == OFFLINE, "the will")
    assert parse(Status, listening.messages("/status")[-1]).run == presence.run


def test_a_device_that_leaves_on_purpose_is_never_declared_lost(
    mosquitto: Mosquitto, listening: WritingEar, tmp_path: Path
) -> None:
    runs = [come_and_go(mosquitto, listening, tmp_path / str(turn)) for turn in range(10)]
    until(lambda: connections_ended(mosquitto, DEVICE_CLIENT) == len(runs), "the end of each connection at the broker")
    hear_all(mosquitto, listening)
    assert [said_by(listening)[run].reason for run in runs] == [STOPPED] * len(runs)


def come_and_go(broker: Mosquitto, ear: WritingEar, folder: Path) -> str:
    """One run of the device, left as soon as it is there; returns its run id."""
    device = Device(settings_for(broker), folder)
    run = device.presence.run
    until(lambda: run in said_by(ear), "the birth")
    device.session.leave()
    device.link.stop()
    device.stop()
    until(lambda: said_by(ear)[run].state == OFFLINE, "the farewell")
    return run


def connections_ended(broker: Mosquitto, client_id: str) -> int:
    """How many connections of a client the broker has closed; by then it has sent whatever will it was to send."""
    lines = [line for line in broker.log_file.read_text().splitlines() if client_id in line]
    return sum("disconnected" in line or "closed its connection" in line for line in lines)


def hear_all(broker: Mosquitto, ear: WritingEar) -> None:
    """Wait until the ear has heard all that the broker had sent to it before."""
    other = WritingEar()
    link = BrokerLink(settings_for(broker), "marker", None, ["fer/v1/none"], other)
    link.start()
    until(other.up.is_set, "the connection")
    link.publish("fer/v1/marker", b"all", qos=1)
    until(lambda: ear.messages("/marker"), "the marker")
    link.stop()


def said_by(ear: WritingEar) -> Dict[str, Status]:
    """The last status of each run."""
    return {status.run: status for status in (parse(Status, payload) for payload in ear.messages("/status"))}


def test_a_late_will_of_a_dead_run_does_not_hide_the_running_one(listening: WritingEar, device: Device) -> None:
    until(lambda: listening.messages("/status"), "the birth")
    late = Presence("nano-01", Topics()).will()
    device.link.publish(late.topic, late.payload, qos=1, retain=True)
    until(lambda: len(listening.messages("/status")) == 3, "the second birth")
    assert parse(Status, listening.messages("/status")[-1]).run == device.presence.run
    assert parse(Status, listening.messages("/status")[-1]).state == ONLINE


def test_two_agents_of_one_name_are_told_so(
    mosquitto: Mosquitto, device: Device, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    until(lambda: device.spool and device.link.publish("fer/v1/x/y", b""), "the first connection")
    twin_folder = tmp_path / "twin"
    twin = Device(settings_for(mosquitto), twin_folder)
    until(lambda: "another agent" in caplog.text.lower(), "the complaint")
    assert "ive each device a --device name of its own." in caplog.text
    twin.stop()


def test_a_broker_that_is_down_at_start_is_one_sentence_and_is_waited_for(
    mosquitto: Mosquitto, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    mosquitto.stop()
    ear = WritingEar()
    link = BrokerLink(settings_for(mosquitto), "ear", None, ["fer/v1/#"], ear)
    tried: List[Attempt] = []

    def hardly_any_pause_s(_rotation: Rotation, attempt: Attempt) -> float:
        tried.append(attempt)
        return 0.05

    monkeypatch.setattr(Rotation, "pause_s", hardly_any_pause_s)
    link.start()
    until(lambda: len(tried) >= 4, "four attempts in vain")
    assert link.last_error
    complaints = [record for record in caplog.records if "cannot be reached" in record.getMessage()]
    assert len(complaints) == 1
    mosquitto.start()
    until(ear.up.is_set, "the connection")
    assert not link.last_error
    link.stop()


def test_wrong_credentials_are_one_sentence(tmp_path: Path) -> None:
    passwords = tmp_path / "passwords"
    passwords.write_text("")
    broker = Mosquitto(installed(), tmp_path, f"password_file {passwords}\nallow_anonymous false\n")
    broker.start()
    link = BrokerLink(settings_for(broker, username="nano", password="wrong"), "ear", None, ["#"], WritingEar())  # noqa: S106
    link.start()
    until(lambda: link.last_error, "the refusal")
    assert link.last_error == (
        f"The broker {broker.url} refuses user 'nano' (Not authorized); set broker.username and broker.password."
    )
    link.stop()
    broker.stop()


def test_telemetry_expires_at_the_broker_when_nobody_fetches_it(mosquitto: Mosquitto) -> None:
    ear = WritingEar()
    link = BrokerLink(settings_for(mosquitto), "sender", None, ["fer/v1/none"], ear)
    link.start()
    until(ear.up.is_set, "the connection")
    assert link.publish("fer/v1/short/telemetry", b"{}", qos=1, retain=True, expiry_s=1)
    assert link.publish("fer/v1/long/telemetry", b"{}", qos=1, retain=True, expiry_s=3600)
    until(lambda: kept(mosquitto, link) == {"fer/v1/long/telemetry"}, "the end of the one that expires")
    link.stop()


def kept(broker: Mosquitto, sender: BrokerLink) -> Set[str]:
    """On which topics the broker has telemetry for somebody who comes now."""
    ear = WritingEar()
    late = BrokerLink(settings_for(broker), "late", None, ["fer/v1/+/telemetry", "fer/v1/marker"], ear)
    late.start()
    until(ear.up.is_set, "the late listener")
    sender.publish("fer/v1/marker", b"all", qos=1)
    until(lambda: ear.messages("/marker"), "the marker")
    late.stop()
    return {topic for topic, _ in ear.heard if topic.endswith("/telemetry")}
