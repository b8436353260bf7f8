"""A broker that is none, or that does not take what we send, is told with what mends it, and nothing is lost."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from controller_process import eventually
from fer_agent.broker.link import BrokerLink
from fer_agent.broker.listener import RetainedMessage
from fer_agent.settings import BrokerSettings
from forked import Forked
from integration.test_mqtt_311 import Ear
from real_broker import Mosquitto, installed

CONNACK_OF_MQTT_5 = b"\x20\x03\x00\x00\x00"
SUBACK_OF_ONE = b"\x90\x04\x00\x01\x00\x01"
PUBACK_WITH_A_REASON_THAT_THERE_IS_NOT = b"\x40\x03\x00\x01\x95"
WEB_SERVER = b"HTTP/1.1 400 Bad Request\r\nServer: a web server\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" * 3
TOPIC, LARGE = "fer/v1/nano-01/status", b"." * 400


class Answering:
    """A server that gives every connection the same bytes, and reads what comes."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"mqtt://127.0.0.1:{self._listening.getsockname()[1]}"
        self.connections = 0
        threading.Thread(target=self._run, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), closing(connection):
            connection.recv(4096)
            connection.sendall(self._answer)
            while connection.recv(4096):
                pass


@pytest.fixture
def answering(request: pytest.FixtureRequest) -> Iterator[Answering]:
    server = Answering(request.param)
    yield server
    server.close()


def opened(url: str, **settings: object) -> BrokerLink:
    link = BrokerLink(
        BrokerSettings(url=url, reconnect_max_s=0.2, **settings),
        "fer-agent-nano-01", lambda: RetainedMessage(TOPIC, b"{}"), ["fer/v1/nano-01/ack"], Ear(),
    )  # fmt: skip
    link.start()
    return link


@pytest.mark.parametrize("answering", [WEB_SERVER], indirect=True)
def test_an_agent_whose_broker_is_a_web_server_is_told_so(answering: Answering) -> None:
    link = opened(answering.url)
    try:
        eventually(lambda: "check that it is a broker" in link.last_error, "it is told")
    finally:
        link.stop()


@pytest.mark.parametrize(
    "answering", [CONNACK_OF_MQTT_5 + SUBACK_OF_ONE + PUBACK_WITH_A_REASON_THAT_THERE_IS_NOT], indirect=True
)
def test_an_agent_comes_back_after_an_answer_that_mqtt_does_not_know(answering: Answering) -> None:
    link = opened(answering.url, mqtt_version="5")
    try:
        eventually(lambda: "sent what MQTT does not know" in link.last_error, "it is told")
        eventually(lambda: answering.connections > 2, "it connects again and again")
    finally:
        link.stop()


@pytest.mark.parametrize("command", [("serve", "--http", ""), ("simulate", "--agents", "2", "--flush-s", "1")])
@pytest.mark.parametrize(
    "answering", [WEB_SERVER, CONNACK_OF_MQTT_5 + PUBACK_WITH_A_REASON_THAT_THERE_IS_NOT], indirect=True
)
def test_controller_and_simulator_go_on_whatever_answers_them(
    answering: Answering, command: tuple[str, ...], tmp_path: Path
) -> None:
    said = tmp_path / "said"
    place = ("--db", str(tmp_path / "fleet.db")) if command[0] == "serve" else ()
    program = Forked("fer-controller", *command, "--broker", answering.url, *place, out=said, err=said)
    try:
        eventually(lambda: answering.connections > 2, "it connects again and again")
        eventually(lambda: answering.url in said.read_text(), "it is told")
        assert program.poll() is None
    finally:
        program.terminate()
        program.wait(30)
    assert "Traceback" not in said.read_text()


@pytest.mark.parametrize(
    ("setting", "remedy"),
    [
        ("retain_available false", "(Mosquitto: retain_available)"),
        ("max_qos 0", "(Mosquitto: max_qos)"),
        ("max_packet_size 300", "(Mosquitto: max_packet_size, message_size_limit)"),
    ],
)
def test_a_broker_that_cannot_do_what_a_fleet_needs_is_told_with_its_setting(
    setting: str, remedy: str, tmp_path: Path
) -> None:
    tmp_path.chmod(0o777)
    broker = Mosquitto(installed(), tmp_path, f"{setting}\n")
    broker.start()
    link = opened(broker.url)
    try:
        eventually(lambda: link.publish(TOPIC, LARGE) is None and remedy in link.last_error, f"{remedy} is told")
    finally:
        link.stop()
        broker.stop()
