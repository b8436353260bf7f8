"""The agent's link where the broker speaks only MQTT 3.1.1: the controller's embedded one."""

import logging
import threading
from collections.abc import Iterator

import pytest
from fer_agent.broker.link import BrokerLink
from fer_agent.broker.listener import Connection
from fer_agent.settings import BrokerSettings
from fer_controller.broker.embedded import EmbeddedBroker
from heard_of_brokers import HEARINGS, Hearing
from old_brokers import hanging_up
from real_broker import free_port


class Ear:
    """A listener that remembers what it heard."""

    def __init__(self) -> None:
        self.up, self.heard = threading.Event(), threading.Event()

    def connected(self, link: Connection) -> None:
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


@pytest.mark.parametrize("hearing", HEARINGS)
def test_a_broker_that_hangs_up_at_mqtt5_is_spoken_to_in_3_1_1(
    url: str, hearing: Hearing, caplog: pytest.LogCaptureFixture
) -> None:
    """At once, and without a warning."""
    caplog.set_level(logging.INFO)
    with hanging_up(int(url.rpartition(":")[2])) as old:
        assert hearing({"url": old}, "!") == ""
    assert "WARNING" not in caplog.text
    assert ("hangs up at MQTT 5; trying 3.1.1." in caplog.text) == (hearing is not HEARINGS[-1])


@pytest.mark.parametrize("hearing", HEARINGS)
def test_what_hangs_up_at_every_version_is_told(hearing: Hearing) -> None:
    with hanging_up(free_port()) as nobody:
        assert "hangs up at MQTT 3.1.1, too; check that it is a broker" in hearing({"url": nobody}, "hangs up")
