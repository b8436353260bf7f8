"""Mosquitto with the configuration that is shipped, on another port and in another folder; and who visits it."""

import getpass
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from certificates import HERE
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from pairs import Pair
from real_broker import Mosquitto, mosquitto_binary

SHIPPED = Path(__file__).resolve().parents[1] / "controller" / "mosquitto"
USERS = ("nano-01", "nano-02", "fer-controller", "fer-rollouts", "fer-viewer", "homeassistant")
PASSWORD = "for this test only"  # noqa: S105 - it opens nothing
PLAIN, SECURE = "listener 1883 0.0.0.0", "#listener 8883 0.0.0.0"
TIMEOUT_S = 10


def with_passwords(folder: Path, users: Iterable[str] = USERS) -> Mosquitto:
    """Where each logs in with a password; not started yet."""
    broker = _mosquitto(folder, users)
    broker.configure(_shipped(folder).replace(PLAIN, _listener(broker.port)))
    return broker


def with_certificates(folder: Path, server: Pair, ca_file: Path, crl_file: Path) -> Mosquitto:
    """Where each logs in with a certificate, as the comments of the file say; not started yet."""
    broker = _mosquitto(folder)
    files = {"certfile": server.cert, "keyfile": server.key, "cafile": ca_file, "crlfile": crl_file}
    text = _shipped(folder).replace(f"{PLAIN}\nuse_username_as_clientid true\n", "")
    text = text.replace(SECURE, _listener(broker.port))
    for setting in ("use_username_as_clientid", "require_certificate", "use_identity_as_username"):
        text = text.replace(f"#{setting} true", f"{setting} true")
    for setting, file in files.items():
        text = re.sub(rf"(?m)^#{setting} .*$", f"{setting} {file}", text)
    broker.configure(text)
    return broker


def _mosquitto(folder: Path, users: Iterable[str] = USERS) -> Mosquitto:
    binary, passwd = mosquitto_binary(), shutil.which("mosquitto_passwd")
    if binary is None or passwd is None:
        pytest.skip("Mosquitto is not installed (apt-get install mosquitto).")
    password_file = folder / "fer.passwd"
    password_file.touch(mode=0o600)
    for user in users:
        subprocess.run([passwd, "-b", str(password_file), user, PASSWORD], check=True, capture_output=True)
    shutil.copy(SHIPPED / "fer.acl", folder)
    return Mosquitto(binary, folder)


def _shipped(folder: Path) -> str:
    text = (SHIPPED / "mosquitto.conf").read_text(encoding="utf-8")
    return re.sub(r"/etc/mosquitto/|/var/lib/mosquitto/", f"{folder}/", text)


def _listener(port: int) -> str:
    """Started by root, Mosquitto would become the user mosquitto, who may not look into a test's folder."""
    return f"user {getpass.getuser()}\nlistener {port} {HERE}"


class Visitor:
    """A client of MQTT 5 that remembers what it heard, what it was answered, and whether it is still there."""

    def __init__(
        self,
        broker: Mosquitto,
        user: str,
        password: str = PASSWORD,
        *,
        listen: str = "",
        client_id: str = "",
        files: "tuple[Path, Pair] | None" = None,
    ) -> None:
        """With files, the authority and a pair, it comes with a certificate in place of a password."""
        self.heard: list[str] = []
        self.refusal, self.lost = "", False
        self._answers: dict[int, str] = {}
        self._change = threading.Condition()
        self._ready, self._listen = False, listen
        self._client = Client(
            CallbackAPIVersion.VERSION2, client_id or f"test-{user}", protocol=MQTTProtocolVersion.MQTTv5,
            reconnect_on_failure=False,
        )  # fmt: skip
        if files is None:
            self._client.username_pw_set(user, password)
        else:
            ca_file, pair = files
            self._client.tls_set(str(ca_file), str(pair.cert), str(pair.key))
        self._client.on_connect = self._connected
        self._client.on_disconnect = lambda *_: self._note(lost=True)
        self._client.on_subscribe = lambda *_: self._note(ready=True)
        self._client.on_publish = lambda _client, _data, mid, reason, _properties: self._note(mid, str(reason))
        self._client.on_message = lambda _client, _data, message: self._note(topic=message.topic)
        self._client.connect(HERE, broker.port)
        self._client.loop_start()
        self.until(lambda: self._ready or bool(self.refusal) or self.lost)

    def publish(self, topic: str, payload: bytes = b"{}") -> str:
        """What the broker answers to a message on this topic."""
        mid = self._client.publish(topic, payload, qos=1).mid
        self.until(lambda: mid in self._answers)
        return self._answers[mid]

    def wait_for(self, topic: str) -> None:
        """Return when a message on this topic was heard."""
        self.until(lambda: topic in self.heard)

    def leave(self) -> None:
        """Close the connection."""
        self._client.disconnect()
        self._client.loop_stop()

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait until it holds."""
        with self._change:
            assert self._change.wait_for(holds, TIMEOUT_S)

    def _connected(self, _client: Client, _data: object, _flags: object, reason: object, _properties: object) -> None:
        if getattr(reason, "is_failure", False):
            self.refusal = str(reason)
            self._client.disconnect()
        elif self._listen:
            self._client.subscribe(self._listen, qos=1)
        self._note(ready=not self._listen)

    def _note(
        self, mid: int = 0, answer: str = "", *, topic: str = "", ready: bool = False, lost: bool = False
    ) -> None:
        with self._change:
            if answer:
                self._answers[mid] = answer
            if topic:
                self.heard.append(topic)
            self._ready, self.lost = self._ready or ready, self.lost or lost
            self._change.notify_all()
