"""The broker that other tests rely on really remembers, and really forgets."""

import socket
import threading

from paho.mqtt import publish, subscribe
from real_broker import Mosquitto

TOPIC = "a/retained/message"


def _say(broker: Mosquitto, text: str) -> None:
    publish.single(TOPIC, text, qos=1, retain=True, port=broker.port, hostname="127.0.0.1")


def _hear(broker: Mosquitto) -> str:
    message = subscribe.simple(TOPIC, qos=1, port=broker.port, hostname="127.0.0.1")  # type: ignore[no-untyped-call]
    return str(message.payload, "utf-8")


def test_what_was_said_survives_a_stop(mosquitto: Mosquitto) -> None:
    _say(mosquitto, "before the stop")
    mosquitto.stop()
    mosquitto.start()
    assert _hear(mosquitto) == "before the stop"


def test_what_was_said_since_the_last_stop_is_forgotten_by_a_kill(mosquitto: Mosquitto) -> None:
    _say(mosquitto, "before the stop")
    mosquitto.stop()
    mosquitto.start()
    _say(mosquitto, "before the kill")
    mosquitto.kill()
    mosquitto.start()
    assert _hear(mosquitto) == "before the stop"


def test_nobody_answers_after_a_kill(mosquitto: Mosquitto) -> None:
    mosquitto.kill()
    with socket.socket() as caller:
        assert caller.connect_ex(("127.0.0.1", mosquitto.port)) != 0


def test_a_forgetful_broker_holds_nothing(mosquitto: Mosquitto) -> None:
    _say(mosquitto, "old")
    mosquitto.stop()
    mosquitto.forget()
    mosquitto.start()
    threading.Timer(0.2, _say, [mosquitto, "new"]).start()
    assert _hear(mosquitto) == "new"
