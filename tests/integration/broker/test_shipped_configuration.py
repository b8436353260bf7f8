"""The Mosquitto configuration that is shipped: it starts, and lets each speak for itself alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fer_wire import Topics
from real_broker import Mosquitto
from shipped_broker import PASSWORD, Visitor, with_passwords

LOOKERS = ("fer-viewer", "homeassistant")
OWN = Topics()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """Mosquitto with the shipped configuration."""
    broker = with_passwords(tmp_path)
    broker.start()
    yield broker
    broker.stop()


def test_a_device_may_speak_for_itself(broker: Mosquitto) -> None:
    device = Visitor(broker, "nano-01")
    topics = [OWN.status("nano-01"), OWN.emotion("nano-01", "door"), OWN.telemetry("nano-01"), OWN.reported("nano-01")]
    topics.append(OWN.reply("nano-01"))
    answers = [device.publish(topic) for topic in topics]
    device.leave()
    assert not [answer for answer in answers if answer not in ("Success", "No matching subscribers")]


@pytest.mark.parametrize(
    "topic",
    [
        OWN.status("nano-02"),
        OWN.emotion("nano-02", "door"),
        OWN.reply("nano-02"),
        OWN.desired("nano-01"),
        OWN.ack("nano-01"),
        OWN.command("nano-01"),
        OWN.command("nano-02"),
    ],
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


def test_a_member_of_a_share_hears_what_the_controller_may_hear(broker: Mosquitto) -> None:
    member = Visitor(broker, "fer-controller", listen=OWN.shared("ingest", "emotion"))
    device = Visitor(broker, "nano-01")
    device.publish(OWN.emotion("nano-01", "door"))
    member.wait_for(OWN.emotion("nano-01", "door"))
    member.leave()
    device.leave()


def test_the_controller_s_second_connection_orders_and_hears_nothing_of_faces(broker: Mosquitto) -> None:
    device = Visitor(broker, "nano-01", listen=OWN.desired("nano-01"))
    rollouts = Visitor(broker, "fer-rollouts", listen=OWN.every("emotion"))
    assert rollouts.publish(OWN.desired("nano-01")) == "Success"
    device.wait_for(OWN.desired("nano-01"))
    device.publish(OWN.emotion("nano-01", "door"))
    assert rollouts.publish(OWN.emotion("nano-01", "door")) == "Not authorized"
    assert rollouts.heard == []
    rollouts.leave()
    device.leave()


@pytest.mark.parametrize("user", LOOKERS)
def test_who_only_looks_speaks_for_no_device_and_invents_none(broker: Mosquitto, user: str) -> None:
    looker = Visitor(broker, user)
    topics = [
        topic
        for name in (user, "nano-01", "nano-99")
        for topic in (
            OWN.status(name), OWN.emotion(name, "door"), OWN.telemetry(name), OWN.reported(name), OWN.desired(name),
            OWN.ack(name), OWN.command(name), OWN.reply(name), f"homeassistant/device/fer-{name}/config",
        )
    ]  # fmt: skip
    answers = {topic: looker.publish(topic) for topic in [*topics, "homeassistant/sensor/x/config", "elsewhere"]}
    looker.leave()
    assert set(answers.values()) == {"Not authorized"}, answers


def test_a_command_reaches_its_device_and_the_reply_the_controller_alone(broker: Mosquitto) -> None:
    controller = Visitor(broker, "fer-controller", listen=OWN.every("reply"))
    lookers = [Visitor(broker, user, listen="fer/v1/#") for user in LOOKERS]
    one, other = (Visitor(broker, name, listen=OWN.every("command")) for name in ("nano-01", "nano-02"))
    rollouts = Visitor(broker, "fer-rollouts")
    assert rollouts.publish(OWN.command("nano-01")) == "Success"
    one.wait_for(OWN.command("nano-01"))
    assert one.publish(OWN.reply("nano-01")) == "Success"
    controller.wait_for(OWN.reply("nano-01"))
    one.publish(OWN.telemetry("nano-01"))
    for looker in lookers:
        looker.wait_for(OWN.telemetry("nano-01"))
        assert OWN.reply("nano-01") not in looker.heard
    assert other.heard == []
    for each in (controller, *lookers, one, other, rollouts):
        each.leave()


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
