"""Both programs over TLS, against a real Mosquitto with a certificate of the test's own authority."""

import gc
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from fer_agent.broker.link import BrokerLink
from fer_agent.settings import BrokerSettings
from fer_controller.broker.client import Broker
from fer_controller.errors import BrokerError
from fer_controller.settings import BrokerSettings as ControllerBrokerSettings
from real_broker import Mosquitto, mosquitto_binary

# paho leaves the socket of a failed handshake to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
TLS = "certfile {folder}/server.pem\nkeyfile {folder}/server.key\n"


@pytest.fixture(autouse=True)
def own_garbage() -> Iterator[None]:
    """What paho leaves is collected here, and not in the middle of another file's test."""
    yield
    gc.collect()


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    """The authority's certificate; the server's lies beside it."""
    authority = trustme.CA()
    server = authority.issue_cert("127.0.0.1", "localhost")
    server.private_key_pem.write_to_path(tmp_path / "server.key")
    with (tmp_path / "server.pem").open("wb") as chain:
        for blob in server.cert_chain_pems:
            chain.write(blob.bytes())
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    return tmp_path / "authority.pem"


@pytest.fixture
def url(authority: Path, tmp_path: Path) -> Iterator[str]:
    binary = mosquitto_binary()
    if binary is None:
        pytest.skip("Mosquitto is not installed (apt-get install mosquitto).")
    broker = Mosquitto(binary, tmp_path, TLS.format(folder=authority.parent))
    broker.start()
    yield f"mqtts://127.0.0.1:{broker.port}"
    broker.stop()


class Ear:
    """A listener that knows when the link is up."""

    def __init__(self) -> None:
        self.up = threading.Event()

    def connected(self, _link: BrokerLink) -> None:
        self.up.set()

    def disconnected(self) -> None:
        pass

    def received(self, topic: str, payload: bytes) -> None:
        pass

    def delivered(self, message_id: int) -> None:
        pass

    def refused(self, message_id: int, reason: str) -> None:
        pass


def agent_link(url: str, ear: Ear, ca_file: Path | None) -> BrokerLink:
    settings = BrokerSettings(url=url, ca_file=ca_file, reconnect_max_s=0.5)
    return BrokerLink(settings, "ear", None, ["fer/v1/#"], ear)


def test_the_agent_connects_to_a_broker_whose_authority_it_knows(url: str, authority: Path) -> None:
    ear = Ear()
    link = agent_link(url, ear, authority)
    link.start()
    assert ear.up.wait(20)
    link.stop()


def test_the_agent_refuses_a_broker_whose_authority_it_does_not_know(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    ear = Ear()
    link = agent_link(url, ear, None)
    link.start()
    assert not ear.up.wait(3)
    link.stop()
    assert f"The broker {url} cannot be reached" in caplog.text
    assert "certificate verify failed" in caplog.text


def test_the_controller_connects_only_to_a_broker_whose_authority_it_knows(url: str, authority: Path) -> None:
    trusting = Broker(ControllerBrokerSettings(url=url, ca_file=authority), "one", ["fer/v1/#"])
    trusting.connect()
    assert trusting.connected
    trusting.close()
    doubting = Broker(ControllerBrokerSettings(url=url), "two", ["fer/v1/#"])
    with pytest.raises(BrokerError, match="certificate verify failed"):
        doubting.connect()
