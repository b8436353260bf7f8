"""A device is taken out of the fleet, from here and from elsewhere, with its events kept or deleted."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from controller_messages import DEVICE, a_birth, a_will, an_event, topic_of
from controller_process import ControllerProcess, eventually, run
from fer_controller.errors import RequestError
from fer_controller.operations.fleet import DEVICES, FORGET, TOTALS, ForgetRequest
from fer_controller.operations.labels import LABELS, RELABEL, LabelsQuery
from fer_controller.operations.operation import DevicesQuery, Nothing
from fer_controller.registry import tokens
from fer_controller.rollout.devices.relabel import Relabel
from fer_controller.store import opening
from fer_controller.store.subjects import Subjects
from fer_wire import Message
from paho.mqtt.enums import CallbackAPIVersion
from real_broker import Mosquitto
from served_fleet import EVENTS, IN_THE_LAB, ServedFleet

ROWS = "SELECT count(*) FROM {} WHERE device = '{}'"
SENT = ("events", "telemetry", "emotion_rollups", "telemetry_rollups", "gaps", "streams")


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[ServedFleet]:
    with ServedFleet(tmp_path) as served:
        yield served


def rows(fleet: ServedFleet, device: str) -> "dict[str, int]":
    """By table: how many rows there are of what a device sent."""
    with opening.reader(fleet.db) as database:
        execute = database.connection.execute
        return {table: execute(ROWS.format(table, device)).fetchone()[0] for table in SENT}


def forget(fleet: ServedFleet, device: str, *, delete_events: bool = False) -> int:
    with fleet.far() as desk:
        return desk.ask(FORGET, ForgetRequest(device=device, delete_events=delete_events)).events


def test_a_forgotten_device_is_gone_and_its_events_stay(fleet: ServedFleet) -> None:
    before, token = rows(fleet, DEVICE), tokens.make(fleet.operators, DEVICE)
    with fleet.near() as desk:
        desk.ask(RELABEL, Relabel(devices=(DEVICE,), labels=("site=lab",)))
        assert forget(fleet, DEVICE) == EVENTS - 1
        assert DEVICE not in [each.device for each in desk.ask(DEVICES, DevicesQuery())]
        assert DEVICE not in [each.device for each in desk.ask(LABELS, LabelsQuery())]
    assert tokens.device_of(fleet.operators, token) is None
    assert rows(fleet, DEVICE) == before


def test_events_are_deleted_where_that_is_asked_for_and_those_of_others_stay(fleet: ServedFleet) -> None:
    others = rows(fleet, "nano-02")
    assert forget(fleet, DEVICE, delete_events=True) == EVENTS - 1
    assert set(rows(fleet, DEVICE).values()) == {0}
    assert rows(fleet, "nano-02") == others
    with fleet.near() as desk:
        assert desk.ask(TOTALS, Nothing()).events == 1


def test_it_is_written_down_who_forgot_what(fleet: ServedFleet) -> None:
    forget(fleet, DEVICE)
    entry = Subjects(fleet.database).rollouts.audit()[-1]
    assert (entry.action, entry.device, entry.actor) == ("forgotten", DEVICE, "alice")
    assert entry.sentence == "alice forgot nano-01; its 59 events are kept."
    assert json.loads(entry.numbers) == {"events": 59}


def test_what_was_begun_and_cut_off_is_finished_when_it_is_asked_for_again(fleet: ServedFleet) -> None:
    forget(fleet, DEVICE)
    assert forget(fleet, DEVICE, delete_events=True) == EVENTS - 1
    assert set(rows(fleet, DEVICE).values()) == {0}


def test_a_device_that_is_there_or_needed_is_not_forgotten(fleet: ServedFleet) -> None:
    known = Subjects(fleet.database).devices
    (orin,) = (each for each in known.all() if each.device == "orin-01")
    known.put([replace(orin, last_seen=datetime.now(UTC).isoformat())])
    fleet.begin_a_rollout(IN_THE_LAB)
    for device, sentence in (
        ("orin-01", "orin-01 is online, and would be back with its next message; stop its agent first."),
        ("orin-03", "orin-03 is in rollout r-"),
        ("nano-1", "No device 'nano-1' was ever heard of or enrolled; did you mean nano-01?"),
    ):
        with pytest.raises(RequestError, match=sentence):
            forget(fleet, device)


def test_the_command_says_what_became_of_the_events(fleet: ServedFleet) -> None:
    db = ("--db", str(fleet.settings.db))
    done = run("devices", "forget", DEVICE, "--delete-events", *db)
    assert (done.returncode, done.stdout) == (0, "nano-01 is forgotten; its 59 events are deleted.\n")
    done = run("devices", "forget", DEVICE, "--json", *db)
    assert done.returncode == 2
    assert "No device 'nano-01' was ever heard of" in " ".join(done.stderr.replace("│", " ").split())
    assert "nano-01" not in run("devices", *db).stdout


@pytest.mark.mosquitto
def test_the_broker_forgets_it_too(controller: ControllerProcess, mosquitto: Mosquitto) -> None:
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    retained: dict[str, bytes] = {}
    client.on_message = lambda _client, _data, message: retained.update({message.topic: message.payload})
    client.connect("127.0.0.1", mosquitto.port)
    client.subscribe("fer/v1/nano-01/+", 1)
    client.loop_start()

    def send(message: Message, *, retain: bool) -> None:
        client.publish(topic_of(message), message.payload(), qos=1, retain=retain).wait_for_publish(10)

    controller.until_connected()
    send(a_birth(), retain=True)
    send(an_event(1), retain=False)
    send(a_will(), retain=True)
    eventually(lambda: controller.query("SELECT state FROM devices") == [("offline",)], "the device is offline")
    eventually(lambda: retained.get("fer/v1/nano-01/ack"), "its event is acknowledged")
    assert run("devices", "forget", DEVICE, "--db", str(controller.db)).returncode == 0
    cleared = [f"fer/v1/nano-01/{channel}" for channel in ("status", "reported", "ack", "desired")]
    eventually(lambda: [retained.get(topic) for topic in cleared] == [b""] * 4, "what the broker retained is cleared")
    eventually(lambda: not controller.query("SELECT 1 FROM desired_states"), "nothing is left to publish")
    client.loop_stop()
    client.disconnect()
    assert controller.query("SELECT count(*) FROM devices") == [(0,)]
    assert controller.query("SELECT count(*) FROM dead_letters") == [(0,)]
