"""docs/protocol.md: the topics and the messages."""

import inspect
import json
from pathlib import Path

from fer_wire import (
    MESSAGES,
    Ack,
    Command,
    Desired,
    EmotionEvent,
    Greeting,
    KeyList,
    KeyLists,
    Message,
    ModelManifest,
    Reply,
    Reported,
    Status,
    Telemetry,
    Topics,
    Withdrawal,
)
from fer_wire.message import MAX_PAYLOAD_BYTES
from fer_wire.names import NAME_PATTERN
from fer_wire.signed import COMMAND, KEY_LIST, ORDER
from fer_wire.topics import DEFAULT_PREFIX

from pages.schema import Schema, default_text, definitions, table, type_text

DEVICE, CAMERA = "DEVICE", "CAMERA"
FIXTURES = Path("tests/unit/wire/fixtures/valid")
EXAMPLES: dict[type[Message], str] = {
    EmotionEvent: "a_face_changes",
    Status: "a_birth",
    Telemetry: "a_jetson",
    Reported: "a_device_on_probation",
    Desired: "a_new_model",
    Withdrawal: "signed",
    Ack: "stored_up_to_1841",
    Command: "a_restart",
    Reply: "a_doctors_findings",
    Greeting: "another_controller_is_there",
    ModelManifest: "two_precisions",
    KeyList: "a_key_for_orders_and_one_for_lists",
    KeyLists: "one_that_is_newer",
}

ORDER_CONTEXT, COMMAND_CONTEXT, LIST_CONTEXT = (form.context.decode().strip() for form in (ORDER, COMMAND, KEY_LIST))

INTRODUCTION = f"""\
# Protocol

What agents, brokers and controllers say to each other. Everything here comes from one package, `fer_wire`.

A message is one JSON object, UTF-8, at most {MAX_PAYLOAD_BYTES} bytes. For whoever reads it:

- Fields that are not known are ignored, and new fields always have defaults. A newer sender does no harm.
- Where a table says *others may come*, a value that is not known is kept as it is.
- Values are read strictly: `"5"` and `true` are no numbers, `NaN` is refused, whole numbers are below 2^53.
- A time is RFC 3339 with a zone. It is written in UTC with milliseconds, so that text sorts as time does.
- A payload that is none of this is stored by the controller with the reason, acknowledged, and counted.
- What is signed (Ed25519, RFC 8032) is a canonical form of the message: a context, then its JSON without signatures,
  keys sorted, no spaces, ASCII. The context is `{ORDER_CONTEXT}` for orders, `{COMMAND_CONTEXT}` for commands,
  `{LIST_CONTEXT}` for lists of keys, each with a line feed, and empty for manifests. Fields that the reader does not
  know are covered.
- A manifest is fetched over HTTP from its `manifest_url`, lists of keys from `/v1/keys?above=VERSION`.

The names of devices and cameras match `{NAME_PATTERN}`: no name can hold a slash or a wildcard.
"""


def page(root: Path) -> str:
    """The whole page; examples come from the fixtures below the root."""
    parts = [INTRODUCTION, "## Topics\n", _topics(), *(_message(kind, root) for kind in MESSAGES)]
    return "\n".join(parts)


def _topics() -> str:
    topics = Topics()
    rows: list[tuple[str, str, str, str, type[Message]]] = [
        (topics.status(DEVICE), "agent →", "1", "yes; also the last will", Status),
        (topics.emotion(DEVICE, CAMERA), "agent →", "1", "no", EmotionEvent),
        (topics.telemetry(DEVICE), "agent →", "0", "no", Telemetry),
        (topics.reported(DEVICE), "agent →", "1", "yes", Reported),
        (topics.desired(DEVICE), "→ agent", "1", "yes", Desired),
        (topics.desired(DEVICE), "→ agent", "1", "yes", Withdrawal),
        (topics.ack(DEVICE), "→ agent", "1", "yes", Ack),
        (topics.command(DEVICE), "→ agent", "1", "never", Command),
        (topics.reply(DEVICE), "agent →", "1", "no", Reply),
        (topics.controller("CONTROLLER"), "controller → controller", "0", "no", Greeting),
    ]
    told = f"The prefix `{DEFAULT_PREFIX}` is a setting (`broker.prefix`), the same in agent and controller.\n"
    head = ("topic", "direction", "QoS", "retained", "content")
    linked = [(f"`{topic}`", *more, f"[{kind.__name__}](#{kind.__name__.lower()})") for topic, *more, kind in rows]
    return f"{table(head, *linked)}\n{told}"


def _message(kind: type[Message], root: Path) -> str:
    schema = kind.model_json_schema()
    example = (root / FIXTURES / kind.__name__ / f"{EXAMPLES[kind]}.json").read_text(encoding="utf-8")
    parts = [_section("##", kind.__name__, schema), f"An example:\n\n```json\n{example}```\n"]
    parts += [_section("###", f"{kind.__name__}: {name}", part) for name, part in definitions(schema).items()]
    return "\n".join([*parts, _collapsed("JSON Schema", _json(schema))])


def _section(level: str, title: str, schema: Schema) -> str:
    rows = [
        (f"`{name}`", type_text(field), default_text(name, schema), field.get("description", ""))
        for name, field in schema["properties"].items()
    ]
    meaning = inspect.cleandoc(schema.get("description", ""))
    return f"{level} {title}\n\n{meaning}\n\n{table(('field', 'type', 'default', 'meaning'), *rows)}"


def _json(schema: Schema) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False)


def _collapsed(title: str, text: str) -> str:
    return f"<details><summary>{title}</summary>\n\n```json\n{text}\n```\n\n</details>\n"
