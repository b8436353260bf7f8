"""The agent's link where the broker speaks only MQTT 3.1.1: the controller's embedded one."""

import logging
import select
import socket
import threading
from collections.abc import Iterator

import pytest
from fer_agent.broker.link import BrokerLink
from fer_agent.settings import BrokerSettings
from fer_controller.broker.embedded import EmbeddedBroker
from real_broker import free_port


class Ear:
    """A listener that remembers what it heard."""

    def __init__(self) -> None:
        self.up, self.heard = threading.Event(), threading.Event()

    def connected(self, link: BrokerLink) -> None:
        self.up.set()
        link.publish("fer/v1/ear/status", b"hello", qos=1)

    def disconnected(self) -> None:
        pass

    def received(self, topic: str, payload: bytes) -> None:
        if (topic, payload) == ("fer/v1/ear/status", b"hello"):
            self.heard.set()

    def delivered(self, message_id: int) -> None:
        pass

    def refused(self, message_id: int, reason: str) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    url = f"mqtt://127.0.0.1:{free_port()}"
    with EmbeddedBroker(url):
        yield url


@pytest.mark.parametrize("version", ["auto", "3.1.1"])
def test_the_link_comes_up_and_carries_messages(url: str, version: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    settings = BrokerSettings.model_validate({"url": url, "mqtt_version": version})
    ear = Ear()
    link = BrokerLink(settings, "ear", None, ["fer/v1/#"], ear)
    link.start()
    assert ear.heard.wait(30)
    link.stop()
    assert ("trying 3.1.1" in caplog.text) == (version == "auto")


def test_a_version_that_was_asked_for_is_not_given_up(url: str) -> None:
    settings = BrokerSettings.model_validate({"url": url, "mqtt_version": "5", "reconnect_max_s": 0.5})
    ear = Ear()
    link = BrokerLink(settings, "ear", None, ["fer/v1/#"], ear)
    link.start()
    assert not ear.up.wait(8)
    assert "Unsupported protocol version" in link.last_error
    link.stop()


PROTOCOL_LEVEL_AT = 8
"""Of a CONNECT packet with a remaining length of one byte (MQTT 5.0, 3.1.2.2)."""


def hangs_up_at_mqtt5(door: socket.socket, port: int) -> None:
    """Pass 3.1.1 on to the broker at the port, and close the connection of whoever speaks MQTT 5."""
    while True:
        try:
            caller, _ = door.accept()
        except OSError:
            return
        connect = caller.recv(4096)
        if connect[PROTOCOL_LEVEL_AT] == 5:
            caller.close()
            continue
        broker = socket.create_connection(("127.0.0.1", port))
        broker.sendall(connect)
        threading.Thread(target=relayed, args=(caller, broker), daemon=True).start()


def relayed(caller: socket.socket, broker: socket.socket) -> None:
    """Pass on what both say until one of them hangs up."""
    other = {caller: broker, broker: caller}
    with caller, broker:
        while True:
            for source in select.select([caller, broker], [], [])[0]:
                data = source.recv(4096)
                if not data:
                    return
                other[source].sendall(data)


def test_a_broker_that_hangs_up_at_mqtt5_is_spoken_to_in_3_1_1(url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    door = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=hangs_up_at_mqtt5, args=(door, int(url.rpartition(":")[2])), daemon=True).start()
    ear = Ear()
    settings = BrokerSettings(url=f"mqtt://127.0.0.1:{door.getsockname()[1]}")
    link = BrokerLink(settings, "ear", None, ["fer/v1/#"], ear)
    link.start()
    assert ear.heard.wait(30)
    link.stop()
    door.close()
    assert "hangs up at MQTT 5; trying 3.1.1." in caplog.text
    assert "WARNING" not in caplog.text
