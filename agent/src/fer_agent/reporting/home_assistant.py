"""What Home Assistant reads to show a device: one retained message that lists its sensors and their topics.

Source: https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload (2024.11 and later).
"""

import json
import math
import re
import zlib
from typing import Any, Dict, NamedTuple, Optional

from fer_wire import EMOTIONS, Topics
from fer_wire.events import END
from fer_wire.presence import OFFLINE, ONLINE

from fer_agent import __version__
from fer_agent.broker.listener import RetainedMessage
from fer_agent.settings import CameraSettings, Settings

OFF, ON, REMOVE = "off", "on", "remove"
PROGRAM = "fer-agent"
MISSED = 3
"""A value expires after this many missing messages in a row."""
GRACE_S = 5.0

Entity = Dict[str, Any]


class Measure(NamedTuple):
    """One field of the telemetry as a sensor; `of` is a template's expression."""

    key: str
    name: str
    of: str
    unit: str
    device_class: str = ""


OF_DEVICE = (
    Measure("cpu_temperature", "CPU temperature", "host.cpu_temperature_c", "°C", "temperature"),
    Measure("gpu_temperature", "GPU temperature", "host.gpu_temperature_c", "°C", "temperature"),
    Measure("cpu", "CPU load", "host.cpu_percent", "%"),
    Measure("gpu", "GPU load", "host.gpu_percent", "%"),
    Measure("memory", "Memory used", "host.memory_used_mb", "MB", "data_size"),
    Measure("power", "Power", "host.power_mw", "mW", "power"),
    Measure("pending_events", "Events that wait", "spool.pending_events", "events"),
)
OF_CAMERA = (
    Measure("fps", "frame rate", "fps", "fps"),
    Measure("latency", "latency (p95)", "latency_p95_ms", "ms", "duration"),
)


def announcement(settings: Settings) -> Optional[RetainedMessage]:
    """The message to publish at each connection; None unless the settings ask for Home Assistant."""
    wanted = settings.home_assistant
    if wanted.discovery == OFF:
        return None
    topic = f"{wanted.prefix}/device/{_id(settings.device)}/config"
    return RetainedMessage(topic, b"" if wanted.discovery == REMOVE else _payload(settings))


def _payload(settings: Settings) -> bytes:
    topics, name = Topics(settings.broker.prefix), settings.device
    entities: Dict[str, Entity] = {"model": _model(topics.reported(name)), "throttled": _throttled(settings, topics)}
    for measure in OF_DEVICE:
        entities[measure.key] = _sensor(measure, f"value_json.{measure.of}", settings, topics)
    for camera in settings.cameras:
        entities.update(_of_camera(camera, settings, topics))
    for key, entity in entities.items():
        entity["unique_id"] = f"{_id(name)}_{key}"
    document = {
        "device": {"identifiers": [_id(name)], "name": name, "manufacturer": "Light-FER", "sw_version": __version__},
        "origin": {"name": PROGRAM, "sw_version": __version__},
        "availability_topic": topics.status(name),
        "availability_template": "{{ value_json.state }}",
        "payload_available": ONLINE,
        "payload_not_available": OFFLINE,
        "components": entities,
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _of_camera(camera: CameraSettings, settings: Settings, topics: Topics) -> Dict[str, Entity]:
    key = _id(camera.name)
    mine = f"(value_json.cameras | selectattr('camera', 'eq', '{camera.name}') | first)"
    found = {f"{key}_emotion": _emotion(camera.name, settings, topics)}
    for measure in OF_CAMERA:
        named = measure._replace(name=f"{camera.name} {measure.name}")
        found[f"{key}_{measure.key}"] = _sensor(named, f"{mine}.{measure.of}", settings, topics)
    return found


def _emotion(camera: str, settings: Settings, topics: Topics) -> Entity:
    """The emotion of the face seen last; unknown once it has left, or when nothing has come for a while."""
    shown = ("confidence", "uncertain", "track", "kind", "model")
    attributes = ", ".join(f"'{name}': value_json.{name}" for name in shown)
    topic = topics.emotion(settings.device, camera)
    return {
        "platform": "sensor",
        "name": f"{camera} emotion",
        "icon": "mdi:emoticon-outline",
        "device_class": "enum",
        "options": list(EMOTIONS),
        "state_topic": topic,
        "value_template": f"{{{{ None if value_json.kind == '{END}' else value_json.emotion }}}}",
        "json_attributes_topic": topic,
        "json_attributes_template": f"{{{{ {{{attributes}}} | tojson }}}}",
        "expire_after": _expiry_s(settings.events.heartbeat_s),
    }


def _sensor(measure: Measure, expression: str, settings: Settings, topics: Topics) -> Entity:
    entity: Entity = {
        "platform": "sensor",
        "name": measure.name,
        "entity_category": "diagnostic",
        "state_class": "measurement",
        "unit_of_measurement": measure.unit,
        "state_topic": topics.telemetry(settings.device),
        "value_template": f"{{{{ {expression} }}}}",
        "expire_after": _expiry_s(settings.telemetry.interval_s),
    }
    return {**entity, "device_class": measure.device_class} if measure.device_class else entity


def _model(topic: str) -> Entity:
    return {
        "platform": "sensor",
        "name": "Model",
        "entity_category": "diagnostic",
        "icon": "mdi:brain",
        "state_topic": topic,
        "value_template": "{{ value_json.running.model }}",
    }


def _throttled(settings: Settings, topics: Topics) -> Entity:
    return {
        "platform": "binary_sensor",
        "name": "Throttled",
        "entity_category": "diagnostic",
        "device_class": "problem",
        "state_topic": topics.telemetry(settings.device),
        "value_template": "{{ value_json.host.throttled }}",
        "payload_on": "True",
        "payload_off": "False",
        "expire_after": _expiry_s(settings.telemetry.interval_s),
    }


def _expiry_s(interval_s: float) -> int:
    return math.ceil(MISSED * interval_s + GRACE_S)


def _id(name: str) -> str:
    """The name in the characters that Home Assistant allows, still different from every other name."""
    spelt = re.sub(r"[^A-Za-z0-9_-]", "-", name)
    mark = "" if spelt == name else f"-{zlib.crc32(name.encode()):08x}"
    return f"fer-{spelt}{mark}"
