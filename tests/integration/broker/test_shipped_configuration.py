"""The Mosquitto configuration that is shipped: it starts, and lets each speak for itself alone."""

import getpass
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fer_wire import Topics
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from real_broker import Mosquitto, mosquitto_binary

SHIPPED = Path(__file__).resolve().parents[3] / "controller" / "mosquitto"
LOOKERS = ("fer-viewer", "homeassistant")
USERS = ("nano-01", "nano-02", "fer-controller", *LOOKERS)
PASSWORD = "for this test only"  # noqa: S105 - it opens nothing
TIMEOUT_S = 10
OWN = Topics()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """Mosquitto with the shipped configuration, on another port and in another folder."""
    binary, passwd = mosquitto_binary(), shutil.which("mosquitto_passwd")
    if binary is None or passwd is None:
        pytest.skip("Mosquitto is not installed (apt-get install mosquitto).")
    password_file = tmp_path / "fer.passwd"
    password_file.touch(mode=0o600)
    for user in USERS:
        subprocess.run([passwd, "-b", str(password_file), user, PASSWORD], check=True, capture_output=True)
    broker = Mosquitto(binary, tmp_path)
    broker.configure(_moved(tmp_path, broker.port))
    broker.start()
    yield broker
    broker.stop()


def _moved(folder: Path, port: int) -> str:
    shutil.copy(SHIPPED / "fer.acl", folder)
    text = (SHIPPED / "mosquitto.conf").read_text(encoding="utf-8")
    text = text.replace("listener 1883 0.0.0.0", f"user {getpass.getuser()}\nlistener {port} 127.0.0.1")
    return re.sub(r"/etc/mosquitto/|/var/lib/mosquitto/", f"{folder}/", text)


class Visitor:
    """A client of MQTT 5 that remembers what it heard."""

    def __init__(self, broker: Mosquitto, user: str, password: str = PASSWORD, listen: str = "") -> None:
        self.heard: list[str] = []
        self.refusal = ""
        self._answers: dict[int, str] = {}
        self._change = threading.Condition()
        self._ready = False
        self._client = Client(CallbackAPIVersion.VERSION2, f"test-{user}", protocol=MQTTProtocolVersion.MQTTv5)
        self._client.username_pw_set(user, password)
        self._client.on_connect = self._connected
        self._client.on_subscribe = lambda *_: self._note(ready=True)
        self._client.on_publish = lambda _client, _data, mid, reason, _properties: self._note(mid, str(reason))
        self._client.on_message = lambda _client, _data, message: self._note(topic=message.topic)
        self._listen = listen
        self._client.connect("127.0.0.1", broker.port)
        self._client.loop_start()
        self._wait(lambda: self._ready or bool(self.refusal))

    def publish(self, topic: str) -> str:
        """What the broker answers to a message on this topic."""
        mid = self._client.publish(topic, b"{}", qos=1).mid
        self._wait(lambda: mid in self._answers)
        return self._answers[mid]

    def wait_for(self, topic: str) -> None:
        """Return when a message on this topic was heard."""
        self._wait(lambda: topic in self.heard)

    def leave(self) -> None:
        """Close the connection."""
        self._client.disconnect()
        self._client.loop_stop()

    def _connected(self, _client: Client, _data: object, _flags: object, reason: object, _properties: object) -> None:
        if getattr(reason, "is_failure", False):
            self.refusal = str(reason)
            self._client.disconnect()
        elif self._listen:
            self._client.subscribe(self._listen, qos=1)
        self._note(ready=not self._listen)

    def _note(self, mid: int = 0, answer: str = "", *, topic: str = "", ready: bool = False) -> None:
        with self._change:
            if answer:
                self._answers[mid] = answer
            if topic:
                self.heard.append(topic)
            self._ready = self._ready or ready
            self._change.notify_all()

    def _wait(self, condition: object) -> None:
        assert callable(condition)
        with self._change:
            assert self._change.wait_for(condition, TIMEOUT_S)


def test_a_device_may_speak_for_itself(broker: Mosquitto) -> None:
    device = Visitor(broker, "nano-01")
    topics = [OWN.status("nano-01"), OWN.emotion("nano-01", "door"), OWN.telemetry("nano-01"), OWN.reported("nano-01")]
    answers = [device.publish(topic) for topic in topics]
    device.leave()
    assert not [answer for answer in answers if answer not in ("Success", "No matching subscribers")]


@pytest.mark.parametrize(
    "topic", [OWN.status("nano-02"), OWN.emotion("nano-02", "door"), OWN.desired("nano-01"), OWN.ack("nano-01")]
)
def test_a_device_may_not_speak_for_others_or_for_the_controller(broker: Mosquitto, topic: str) -> None:
    device = Visitor(broker, "nano-01")
    answer = device.publish(topic)
    device.leave()
    assert answer == "Not authorized"


def test_the_controller_hears_devices_and_a_device_hears_its_ack(broker: Mosquitto) -> None:
    controller = Visitor(broker, "fer-controller", listen=OWN.every("emotion"))
    device = Visitor(broker, "nano-01", listen=OWN.ack("nano-01"))
    device.publish(OWN.emotion("nano-01", "door"))
    controller.wait_for(OWN.emotion("nano-01", "door"))
    controller.publish(OWN.ack("nano-01"))
    device.wait_for(OWN.ack("nano-01"))
    controller.leave()
    device.leave()


@pytest.mark.parametrize("user", LOOKERS)
def test_who_only_looks_speaks_for_no_device_and_invents_none(broker: Mosquitto, user: str) -> None:
    looker = Visitor(broker, user)
    topics = [
        topic
        for name in (user, "nano-01", "nano-99")
        for topic in (
            OWN.status(name), OWN.emotion(name, "door"), OWN.telemetry(name), OWN.reported(name), OWN.desired(name),
            OWN.ack(name), f"homeassistant/device/fer-{name}/config",
        )
    ]  # fmt: skip
    answers = {topic: looker.publish(topic) for topic in [*topics, "homeassistant/sensor/x/config", "elsewhere"]}
    looker.leave()
    assert set(answers.values()) == {"Not authorized"}, answers


@pytest.mark.parametrize("user", LOOKERS)
def test_who_only_looks_hears_every_device(broker: Mosquitto, user: str) -> None:
    looker, device = Visitor(broker, user, listen="fer/v1/#"), Visitor(broker, "nano-01")
    device.publish(OWN.telemetry("nano-01"))
    looker.wait_for(OWN.telemetry("nano-01"))
    looker.leave()
    device.leave()


def test_home_assistant_says_that_it_starts_and_hears_devices_announce_themselves(broker: Mosquitto) -> None:
    home, device = Visitor(broker, "homeassistant", listen="homeassistant/#"), Visitor(broker, "nano-01")
    device.publish("homeassistant/device/fer-nano-01/config")
    home.wait_for("homeassistant/device/fer-nano-01/config")
    assert home.publish("homeassistant/status") == "Success"
    home.leave()
    device.leave()


@pytest.mark.parametrize(("user", "password"), [("nano-01", "wrong"), ("stranger", PASSWORD)])
def test_who_is_not_known_is_refused(broker: Mosquitto, user: str, password: str) -> None:
    stranger = Visitor(broker, user, password)
    stranger.leave()
    assert stranger.refusal == "Not authorized"
