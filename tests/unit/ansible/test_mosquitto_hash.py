"""The broker takes the hashes that Ansible makes."""

import getpass
from types import ModuleType

import ansible_filters
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from real_broker import CONFIG, Mosquitto


@pytest.fixture
def filters() -> ModuleType:
    return ansible_filters.load("mosquitto")


def test_the_same_password_and_salt_make_the_same_hash(filters: ModuleType) -> None:
    assert filters.mosquitto_hash("secret", "salt") == filters.mosquitto_hash("secret", "salt")
    assert filters.mosquitto_hash("secret", "salt") != filters.mosquitto_hash("secret", "another")


def test_a_password_that_yaml_takes_for_a_number_is_its_text(filters: ModuleType) -> None:
    assert filters.mosquitto_hash(12345, "salt") == filters.mosquitto_hash("12345", "salt")


@pytest.mark.mosquitto
@pytest.mark.parametrize(("password", "reason"), [("secret", "Success"), ("Secret", "Not authorized")])
def test_mosquitto_lets_in_who_knows_the_password(
    filters: ModuleType, mosquitto: Mosquitto, password: str, reason: str
) -> None:
    file = mosquitto.folder / "passwd"
    file.write_text(f"nano-01:{filters.mosquitto_hash('secret', 'salt')}\n")
    mosquitto.stop()
    config = CONFIG.format(port=mosquitto.port, folder=mosquitto.folder, user=getpass.getuser())
    closed = config.replace("allow_anonymous true", f"allow_anonymous false\npassword_file {file}")
    mosquitto.configure(closed)
    mosquitto.start()
    assert answer(mosquitto.port, password) == reason


def answer(port: int, password: str) -> str:
    answers: list[str] = []
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5, reconnect_on_failure=False)
    client.on_connect = lambda *given: answers.append(str(given[3]))
    client.username_pw_set("nano-01", password)
    client.connect("127.0.0.1", port)
    for _ in range(50):
        client.loop(0.1)
        if answers:
            break
    client.disconnect()
    return answers[0]
