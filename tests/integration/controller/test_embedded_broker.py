"""The embedded broker keeps what the protocol of the fleet needs: QoS 1, retained messages, persistent sessions."""

import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from controller_process import ControllerProcess, Device, eventually
from fer_controller.broker.client import Broker
from fer_controller.broker.embedded import EmbeddedBroker
from fer_controller.errors import BrokerError
from fer_controller.settings import BrokerSettings
from fer_wire import Topics
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from real_broker import free_port

FILTER = Topics().every("emotion")


@pytest.fixture
def url() -> Iterator[str]:
    url = f"mqtt://127.0.0.1:{free_port()}"
    with EmbeddedBroker(url):
        yield url


def client(url: str, name: str, *, clean: bool = True) -> mqtt.Client:
    made = mqtt.Client(CallbackAPIVersion.VERSION2, name, clean_session=clean, protocol=MQTTProtocolVersion.MQTTv311)
    made.connect("127.0.0.1", int(url.rpartition(":")[2]))
    made.loop_start()
    return made


def publish(url: str, topic: str, payload: bytes, *, retain: bool = False) -> None:
    sender = client(url, "sender")
    sender.publish(topic, payload, qos=1, retain=retain).wait_for_publish(10)
    sender.disconnect()
    sender.loop_stop()


def next_payload(broker: Broker) -> bytes:
    def arrived() -> int:
        broker.pump(0.05, 10)
        return broker.waiting

    eventually(arrived, "a message comes")
    (delivery,) = broker.collect(10)
    broker.acknowledge([delivery])
    return delivery.payload


def test_a_message_at_qos_1_reaches_the_controller(url: str) -> None:
    broker = Broker(BrokerSettings(url=url), "tested", [FILTER], knows_mqtt5=False)
    broker.connect()
    publish(url, "fer/v1/nano-01/emotion/door", b"hello")
    assert next_payload(broker) == b"hello"
    broker.close()


def test_a_retained_message_reaches_who_comes_later(url: str) -> None:
    publish(url, "fer/v1/nano-01/emotion/door", b"kept", retain=True)
    broker = Broker(BrokerSettings(url=url), "tested", [FILTER], knows_mqtt5=False)
    broker.connect()
    assert next_payload(broker) == b"kept"
    broker.close()


def test_a_message_for_an_absent_session_waits(url: str) -> None:
    broker = Broker(BrokerSettings(url=url), "tested", [FILTER], knows_mqtt5=False)
    broker.connect()
    broker.close()
    publish(url, "fer/v1/nano-01/emotion/door", b"waited")
    broker.connect()
    assert next_payload(broker) == b"waited"
    broker.close()


def test_mqtt_5_is_refused_at_once_so_that_a_client_can_fall_back(url: str, caplog: pytest.LogCaptureFixture) -> None:
    broker = Broker(BrokerSettings(url=url), "tested", [FILTER])
    with caplog.at_level(logging.INFO, "fer_controller.broker"):
        broker.connect()
    assert [record.getMessage() for record in caplog.records] == [
        f"The broker at {url} refuses MQTT 5; trying 3.1.1.",
        f"Connected to the broker at {url} with MQTT 3.1.1.",
    ]
    broker.close()


def test_a_caller_that_speaks_no_mqtt_is_hung_up_on(url: str) -> None:
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=5) as caller:
        caller.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert caller.recv(100) == b""


def test_an_address_that_is_taken_is_told(url: str) -> None:
    with (
        pytest.raises(BrokerError, match=r"The embedded broker cannot listen on 127\.0\.0\.1:\d+: .*already in use"),
        EmbeddedBroker(url),
    ):
        pass


def test_it_speaks_no_tls() -> None:
    with pytest.raises(BrokerError, match="The embedded broker does not support TLS"):
        EmbeddedBroker("mqtts://127.0.0.1:8883")


def test_it_is_quiet(url: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        publish(url, "fer/v1/nano-01/emotion/door", b"hello")
    assert [record for record in caplog.records if record.name.startswith("amqtt")] == []


def test_a_controller_with_its_own_broker_stores_and_acks(tmp_path: Path) -> None:
    port = free_port()
    controller = ControllerProcess(tmp_path / "fleet.db", f"mqtt://127.0.0.1:{port}", "--embedded-broker")
    controller.until_connected()
    device = Device(port, version=MQTTProtocolVersion.MQTTv311)
    device.observe(100)
    device.flush()
    device.close()
    assert controller.stop() == 0
    assert controller.seqs() == list(range(1, 101))
    assert "Traceback" not in controller.log()
