import json
import re
from typing import Any, Dict

import pytest
from fer_agent.reporting.home_assistant import announcement
from fer_agent.settings import Settings
from fer_wire import EMOTIONS, EmotionEvent, Reported, Status, Telemetry, Topics
from hypothesis import given
from hypothesis import strategies as st

OBJECT_ID = re.compile(r"homeassistant/device/([a-zA-Z0-9_-]+)/config")
"""As Home Assistant reads its topics: components/mqtt/discovery.py."""


def settings(**changes: Any) -> Settings:
    fields: Dict[str, Any] = {
        "device": "nano-01",
        "cameras": [{"name": "door"}, {"name": "hall"}],
        "home_assistant": {"discovery": "on"},
    }
    return Settings(**{**fields, **changes})


def said(**changes: Any) -> Dict[str, Any]:
    made = announcement(settings(**changes))
    assert made is not None
    document: Dict[str, Any] = json.loads(made.payload)
    return document


def test_nothing_is_said_unless_it_is_asked_for() -> None:
    assert announcement(Settings(device="nano-01")) is None


def test_a_device_is_announced_with_its_sensors_under_a_topic_that_home_assistant_reads() -> None:
    made = announcement(settings())
    assert made is not None
    assert OBJECT_ID.fullmatch(made.topic)
    names = {entity["name"] for entity in said()["components"].values()}
    assert {"door emotion", "hall emotion", "hall frame rate", "CPU temperature", "Model", "Throttled"} <= names


def test_an_empty_message_takes_the_device_back() -> None:
    on, off = (announcement(settings(home_assistant={"discovery": word})) for word in ("on", "remove"))
    assert on is not None
    assert off is not None
    assert (off.topic, off.payload) == (on.topic, b"")


def test_every_topic_is_one_on_which_the_device_speaks() -> None:
    topics = Topics("lab/fer")
    document = said(broker={"prefix": "lab/fer"})
    known = {topics.telemetry("nano-01"), topics.reported("nano-01")}
    known |= {topics.emotion("nano-01", camera) for camera in ("door", "hall")}
    assert {entity["state_topic"] for entity in document["components"].values()} == known
    assert document["availability_topic"] == topics.status("nano-01")


def test_every_field_that_a_template_reads_is_in_the_message() -> None:
    document = said()
    messages = {"telemetry": Telemetry, "reported": Reported, "door": EmotionEvent, "hall": EmotionEvent}
    for entity in document["components"].values():
        message = messages[entity["state_topic"].rpartition("/")[2]]
        spelt = f"{entity['value_template']} {entity.get('json_attributes_template', '')}"
        for path in re.findall(r"value_json\.([a-z0-9_.]+)", spelt):
            model: Any = message
            for name in path.split("."):
                assert name in model.model_fields, (entity["name"], path)
                model = model.model_fields[name].annotation
                model = getattr(model, "__args__", (model,))[0]
    assert "state" in Status.model_fields


def test_an_emotion_is_one_of_seven_and_none_when_the_face_went() -> None:
    emotion = said()["components"]["fer-door_emotion"]
    assert emotion["options"] == list(EMOTIONS)
    assert "None if value_json.kind == 'end'" in emotion["value_template"]
    assert emotion["expire_after"] == 20


@pytest.mark.parametrize("field", ["unique_id", "platform"])
def test_every_sensor_has_what_home_assistant_requires(field: str) -> None:
    assert all(entity[field] for entity in said()["components"].values())


@given(st.sets(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,8}", fullmatch=True), min_size=2, max_size=30))
def test_devices_with_different_names_stay_different(names: "set[str]") -> None:
    made = [announcement(settings(device=name)) for name in names]
    topics = [each.topic for each in made if each]
    assert len(set(topics)) == len(names)
    assert all(OBJECT_ID.fullmatch(topic) for topic in topics)
