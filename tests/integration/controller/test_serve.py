"""`fer-controller serve` as a process, on a real Mosquitto."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from controller_messages import DEVICE, a_birth, a_will, an_event, some_telemetry, topic_of
from controller_process import ControllerProcess, Device, eventually
from fer_wire import Message, Topics
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from real_broker import Mosquitto

pytestmark = pytest.mark.mosquitto


class Publisher:
    """Publishes what a test tells it to, at QoS 1, and waits until the broker has it."""

    def __init__(self, port: int) -> None:
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def send(self, message: Message, *, retain: bool = False) -> None:
        self.send_raw(topic_of(message), message.payload(), retain=retain)

    def send_raw(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        self._client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(10)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def publisher(mosquitto: Mosquitto) -> Iterator[Publisher]:
    made = Publisher(mosquitto.port)
    yield made
    made.close()


def test_sigterm_ends_it_in_order_with_everything_stored(controller: ControllerProcess, device: Device) -> None:
    controller.until_connected()
    device.reconnect()
    device.observe(300)
    eventually(controller.seqs, "the first events are stored")
    assert controller.stop() == 0
    stored = controller.seqs()
    assert stored == list(range(1, len(stored) + 1))
    assert "Stopped; everything that was acknowledged is in" in controller.log()
    assert "Traceback" not in controller.log()


def test_birth_telemetry_and_will_paint_the_device(controller: ControllerProcess, publisher: Publisher) -> None:
    controller.until_connected()
    publisher.send(a_birth("run-2"), retain=True)
    publisher.send(some_telemetry())
    publisher.send(a_will("run-1"), retain=True)
    eventually(lambda: controller.query("SELECT 1 FROM telemetry"), "telemetry is stored")
    eventually(lambda: controller.query("SELECT 1 FROM devices"), "the device is known")
    assert controller.query("SELECT device, state, run FROM devices") == [(DEVICE, "online", "run-2")]
    publisher.send(a_will("run-2"), retain=True)
    eventually(lambda: controller.query("SELECT state FROM devices") == [("offline",)], "the device is offline")


def test_poison_is_put_aside_and_never_comes_again(controller: ControllerProcess, publisher: Publisher) -> None:
    controller.until_connected()
    publisher.send_raw("fer/v1/nano-01/emotion/door", b"{not json")
    publisher.send(an_event(1))
    eventually(lambda: controller.seqs() == [1], "the event is stored")
    assert controller.stop() == 0
    controller.until_connected()
    publisher.send(an_event(2))
    eventually(lambda: controller.seqs() == [1, 2], "the next event is stored")
    assert controller.query("SELECT topic, payload FROM dead_letters") == [
        ("fer/v1/nano-01/emotion/door", b"{not json")
    ]


def test_a_broker_that_is_down_at_the_start_is_waited_for_with_one_sentence(
    controller: ControllerProcess, mosquitto: Mosquitto, device: Device
) -> None:
    mosquitto.stop()
    controller.start()
    eventually(lambda: "cannot be reached: Connection refused" in controller.log(), "the outage is told")
    mosquitto.start()
    device.reconnect()
    device.observe(3)
    device.flush()
    assert controller.seqs() == [1, 2, 3]
    assert controller.log().count("cannot be reached") == 1


def test_a_database_locked_for_a_while_loses_nothing(controller: ControllerProcess, device: Device) -> None:
    controller.until_connected()
    device.reconnect()
    device.observe(1)
    eventually(lambda: controller.seqs() == [1], "the first event is stored")
    other = sqlite3.connect(controller.db, isolation_level=None, timeout=10)
    other.execute("BEGIN IMMEDIATE")
    device.observe(50)
    eventually(lambda: "is locked by another process" in controller.log(), "the lock is told")
    assert device.acked_seq <= 1
    other.execute("ROLLBACK")
    other.close()
    eventually(lambda: device.acked_seq == 51, "all is acked")
    assert controller.seqs() == list(range(1, 52))
    assert controller.log().count("is locked by another process") == 1
    assert "The database can be written again." in controller.log()


def test_nothing_is_acknowledged_while_the_database_is_moved_away(
    controller: ControllerProcess, device: Device
) -> None:
    controller.until_connected()
    device.reconnect()
    device.observe(1)
    eventually(lambda: device.acked_seq == 1, "the first event is acked")
    away = controller.db.with_name("away.db")
    controller.db.rename(away)
    device.observe(50)
    eventually(lambda: "was moved, deleted or replaced while it was open" in controller.log(), "it is told")
    assert device.acked_seq == 1
    away.rename(controller.db)
    eventually(lambda: device.acked_seq == 51, "all is acked")
    assert controller.seqs() == list(range(1, 52))


def test_a_second_controller_on_the_same_database_is_told_and_ends(
    controller: ControllerProcess, mosquitto: Mosquitto
) -> None:
    controller.until_connected()
    second = ControllerProcess(controller.db, mosquitto.url)
    second.log_file = controller.db.with_name("second.log")
    second.start()
    assert second.wait() == 1
    assert second.log().startswith("error: Another fer-controller serves")


def test_a_large_backlog_is_taken_in_at_the_start(controller: ControllerProcess, device: Device) -> None:
    controller.until_connected()
    assert controller.stop() == 0
    device.reconnect()
    device.observe(9000)
    controller.start()
    eventually(lambda: device.acked_seq == 9000, "all is acked")
    assert len(controller.seqs()) == 9000


def test_the_gap_of_a_spool_at_its_cap_is_noted_and_the_ack_passes_it(
    controller: ControllerProcess, publisher: Publisher
) -> None:
    controller.until_connected()
    publisher.send(an_event(1))
    publisher.send(an_event(11, oldest_seq=10))
    eventually(lambda: controller.query("SELECT 1 FROM gaps"), "the gap is noted")
    assert controller.query("SELECT first_seq, last_seq FROM gaps") == [(2, 9)]
    publisher.send(an_event(10, oldest_seq=10))
    eventually(lambda: controller.query("SELECT contiguous_seq FROM streams") == [(11,)], "the ack passes the gap")


def test_acks_are_retained_also_after_the_broker_forgot_everything(
    controller: ControllerProcess, device: Device, mosquitto: Mosquitto
) -> None:
    controller.until_connected()
    device.reconnect()
    device.observe(5)
    device.flush()
    mosquitto.kill()
    mosquitto.forget()
    mosquitto.start()
    late = Device(mosquitto.port, device.name, device.epoch)
    late.reconnect()
    eventually(lambda: late.acked_seq == 5, "the ack is there again")
    late.close()


def test_logs_are_json_for_programs(mosquitto: Mosquitto, tmp_path: Path) -> None:
    controller = ControllerProcess(tmp_path / "fleet.db", mosquitto.url, "--json")
    controller.until_connected()
    assert controller.stop() == 0
    records = [json.loads(line) for line in controller.log().splitlines()]
    assert {"time", "level", "message"} == set(records[0])
    assert any("Connected to the broker" in record["message"] for record in records)


def test_another_prefix_is_another_fleet(mosquitto: Mosquitto, tmp_path: Path, publisher: Publisher) -> None:
    controller = ControllerProcess(tmp_path / "fleet.db", mosquitto.url, "--prefix", "lab/fer")
    controller.until_connected()
    publisher.send(an_event(1))
    publisher.send_raw(Topics("lab/fer").emotion(DEVICE, "door"), an_event(2).payload())
    eventually(controller.seqs, "an event is stored")
    assert controller.stop() == 0
    assert controller.seqs() == [2]


def test_telemetry_is_rolled_up_and_forgotten_while_it_serves(
    tmp_path: Path, mosquitto: Mosquitto, publisher: Publisher
) -> None:
    config = tmp_path / "controller.toml"
    config.write_text("[retention]\nevery_s = 0.05\ntelemetry_days = 1e-7\n")
    controller = ControllerProcess(tmp_path / "fleet.db", mosquitto.url, "--config", str(config))
    controller.until_connected()
    try:
        for second in range(5):
            publisher.send(some_telemetry(second=second))
        eventually(lambda: len(controller.query("SELECT id FROM telemetry")) == 1, "all but the newest is forgotten")
        eventually(
            lambda: controller.query("SELECT sum(samples) FROM telemetry_rollups WHERE per = 'hour'") == [(5,)],
            "all of it is rolled up",
        )
        assert controller.stop() == 0
        assert "Traceback" not in controller.log()
    finally:
        controller.kill()


def test_a_second_controller_on_the_same_broker_and_prefix_is_told_to_both(
    controller: ControllerProcess, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    controller.until_connected()
    second = ControllerProcess(tmp_path / "second.db", mosquitto.url)
    try:
        second.until_connected()
        eventually(lambda: "second.db, works below fer/v1" in controller.log(), "the first is told of the second")
        eventually(lambda: "fleet.db, works below fer/v1" in second.log(), "the second is told of the first")
        assert controller.query("SELECT count(*) FROM dead_letters") == [(0,)]
    finally:
        second.kill()


def test_a_controller_with_a_prefix_of_its_own_is_told_of_nobody(
    controller: ControllerProcess, mosquitto: Mosquitto, publisher: Publisher, tmp_path: Path
) -> None:
    controller.until_connected()
    second = ControllerProcess(tmp_path / "second.db", mosquitto.url, "--prefix", "fer/v2")
    try:
        second.until_connected()
        publisher.send(an_event(1))
        eventually(lambda: controller.seqs() == [1], "an event that came later is stored")
        assert "works below" not in controller.log() + second.log()
    finally:
        second.kill()


def test_a_retained_message_that_is_deleted_says_nothing(controller: ControllerProcess, publisher: Publisher) -> None:
    controller.until_connected()
    publisher.send(a_birth("run-2"), retain=True)
    eventually(lambda: controller.query("SELECT 1 FROM devices"), "the device is known")
    publisher.send_raw("fer/v1/nano-01/status", b"", retain=True)
    publisher.send(an_event(1))
    eventually(lambda: controller.seqs() == [1], "an event that came later is stored")
    assert controller.query("SELECT state FROM devices") == [("online",)]
    assert controller.query("SELECT count(*) FROM dead_letters") == [(0,)]
