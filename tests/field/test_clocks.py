"""A board without a battery, whose clock comes up seven years back, with a real broker and a real controller."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from controller_messages import DEVICE, a_birth, a_will, an_event, some_telemetry, topic_of
from controller_process import ControllerProcess, eventually, json_lines, run
from fer_wire import Message
from fer_wire.message import iso_utc
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from real_broker import Mosquitto

pytestmark = pytest.mark.mosquitto

YEARS_BACK = timedelta(days=7 * 365)
TICK_S = 1.2


class Board:
    """Publishes as a device whose clock is off by this much, as far as the test turns it."""

    def __init__(self, port: int) -> None:
        self.behind = timedelta(0)
        self.seq = 0
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def clock(self) -> datetime:
        return datetime.now(UTC) - self.behind

    def send(self, message: Message, *, retain: bool = False) -> None:
        self._client.publish(topic_of(message), message.payload(), qos=1, retain=retain).wait_for_publish(10)

    def sees(self) -> None:
        self.seq += 1
        self.send(an_event(self.seq, time=self.clock()))

    def measures(self, run: str) -> None:
        self.send(some_telemetry().model_copy(update={"run": run, "time": self.clock()}))

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def controller(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[ControllerProcess]:
    process = ControllerProcess(tmp_path / "fleet.db", mosquitto.url)
    yield process
    process.kill()


@pytest.fixture
def board(mosquitto: Mosquitto) -> Iterator[Board]:
    made = Board(mosquitto.port)
    yield made
    made.close()


def asked(controller: ControllerProcess, *command: str) -> list[dict[str, Any]]:
    return json_lines(run(*command, "--db", str(controller.db), "--json").stdout)


def test_a_device_that_lives_is_online_whatever_its_clock_says_and_what_it_sees_is_filed_by_its_arrival(
    controller: ControllerProcess, board: Board
) -> None:
    began = iso_utc(datetime.now(UTC) - timedelta(seconds=1))
    controller.until_connected()
    board.send(a_birth("run-1", time=board.clock()), retain=True)
    board.sees()
    board.send(a_will("run-1", time=board.clock()), retain=True)
    eventually(lambda: controller.query("SELECT state FROM devices") == [("offline",)], "the will is heard")
    assert controller.stop() == 0

    board.behind = YEARS_BACK  # it comes up without a battery, and the controller is away
    board.send(a_birth("run-2", time=board.clock()), retain=True)
    controller.until_connected()
    board.measures("run-2")
    board.sees()
    eventually(lambda: controller.seqs() == [1, 2], "what it sees is stored")

    def is_known() -> bool:
        time.sleep(TICK_S)
        board.measures("run-2")
        return bool(controller.query("SELECT 1 FROM devices WHERE clock_offset_s < -1e8"))

    eventually(is_known, "its clock is known")

    (device,) = asked(controller, "devices")
    assert (device["device"], device["state"], device["run"]) == (DEVICE, "online", "run-2")
    assert device["since"] >= began
    assert device["clock_offset_s"] == pytest.approx(-YEARS_BACK.total_seconds(), abs=5)
    assert "7 years behind" in controller.log()
    sound, wrong = asked(controller, "events", "--since", began)
    assert (sound["seq"], sound["device_time"]) == (1, None)
    assert (wrong["seq"], wrong["device_time"][:4]) == (2, str(board.clock().year))

    board.behind = timedelta(0)  # NTP steps the clock while the agent runs
    board.measures("run-2")
    board.sees()
    eventually(lambda: controller.query("SELECT 1 FROM devices WHERE clock_offset_s = 0"), "its clock is right")
    assert asked(controller, "events", "--since", began)[-1]["device_time"] is None
    (newest,) = asked(controller, "telemetry", "--device", DEVICE, "--limit", "1")
    assert newest["time"] >= began

    board.behind = -timedelta(hours=2)  # and back again
    board.sees()
    eventually(lambda: controller.seqs() == [1, 2, 3, 4], "what it sees is stored")
    assert asked(controller, "events")[-1]["time"] <= iso_utc(datetime.now(UTC))
