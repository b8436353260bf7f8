"""Prometheus asks a controller that runs, and hears of what came over MQTT."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from controller_messages import DEVICE, a_birth, some_telemetry, topic_of
from controller_process import ControllerProcess, eventually
from fer_controller.desk import access
from fer_controller.registry import tokens
from fer_controller.store.credentials.records import VIEWER
from fer_wire import Message
from opened_stores import token_store
from paho.mqtt import publish
from prometheus_client.parser import text_string_to_metric_families
from real_broker import Mosquitto

pytestmark = pytest.mark.mosquitto

TIMEOUT_S = 10


@pytest.fixture
def controller(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[ControllerProcess]:
    process = ControllerProcess(tmp_path / "fleet.db", mosquitto.url, "--http", "127.0.0.1:0")
    yield process
    process.kill()


def test_a_scrape_with_a_viewers_token_hears_of_the_fleet_and_a_device_does_not(
    controller: ControllerProcess, mosquitto: Mosquitto
) -> None:
    controller.until_connected()
    for message in (a_birth(), some_telemetry()):
        _send(message, mosquitto.port)
    eventually(lambda: controller.query("SELECT 1 FROM telemetry"), "the telemetry is stored")
    eventually(lambda: "Models are served at" in controller.log(), "the controller serves")
    found = re.findall(r"served at (\S+)\.$", controller.log(), re.MULTILINE)
    url = f"{found[-1]}/metrics"
    assert requests.get(url, timeout=TIMEOUT_S).status_code == 401
    with token_store(controller.db) as store:
        device = tokens.make(store, "nano-01")
        token = access.make(store, "prometheus", VIEWER, datetime.now(UTC)).token
    assert requests.get(url, headers={"Authorization": f"Bearer {device}"}, timeout=TIMEOUT_S).status_code == 401
    answer = requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT_S)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert samples["fer_device_up", DEVICE] == 1
    assert samples["fer_camera_frames_per_second", "door", DEVICE] == 29.5


def _send(message: Message, port: int) -> None:
    publish.single(topic_of(message), message.payload(), qos=1, hostname="127.0.0.1", port=port)
