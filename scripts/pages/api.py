"""docs/api.md: what the controller answers to operators, from the list of operations."""

from collections.abc import Iterator
from typing import Any, get_args

from fer_controller.operations import OPERATIONS
from fer_controller.operations.live import MESSAGES
from fer_controller.operations.operation import GET, POST, Operation, query_name
from fer_wire.message import Part
from pydantic import BaseModel, TypeAdapter

from pages.schema import Schema, default_text, table, type_text

HEAD = ("request", "who", "what it does", "answer", "parameters")
QUERY = ("parameter", "type", "meaning")
BODY = ("field", "type", "default", "meaning")
ANSWER = ("field", "type", "meaning")
TELEMETRY = "[Telemetry](protocol.md#telemetry)"
INTRODUCTION = """\
# HTTP API

What `fer-controller serve` answers at `http.listen` ([how to use it](howto/operate-from-elsewhere.md)). Each request
carries an operator's token, `Authorization: Bearer TOKEN`; an operator may do what a viewer may. The answers are the
documents that the commands print with `--json`, in a list where there are several: a program that reads one can read
the other.

An error is `{"detail": "a sentence"}`: 401 without a valid token, 403 where its role does not suffice, 404 for what is
not there, 409 for what cannot be done, 422 for a value that is not spelled as it should be, 503 while the database is
busy.
An answer to a look that has a kilobyte or more is packed with gzip for whoever takes it.

The page signs in with `POST /v1/session`, whose body holds the `token`: the answer sets a cookie, which no script can
read and which stands for the token until `DELETE /v1/session`, for `http.session_hours`, or until the token is void.
What changes something by the cookie carries the header `X-Fer-Page`, with any value, and no other site's `Origin`. A
bearer token needs neither.

`GET /v1/live` tells differences as server-sent events: `hello` (how things stand from now on), `devices`, `events`,
`rollouts`, `outage` and `outage_over`; each has the fields of its message, [below](#messages-of-v1live). The connection
ends after a quarter of an hour, when its reader is too slow, and when its token is void.

`GET /v1/export/events` takes every filter of events and a `format`, csv or parquet, and answers with a file.

`/v1/openapi.json` describes all this to programs. Models (`/v1/models/NAME/VERSION/manifest.json`, `/v1/artifacts/…`)
are for devices and take a device's [certificate](howto/certificates.md) or token, too. `POST /v1/certificate` takes the
certificate alone, and answers a certificate request (PEM) with the next one. [`/metrics`](metrics.md) takes a viewer's
token, `/v1/health` takes none.
"""


def page() -> str:
    """The whole page."""
    parts = [INTRODUCTION, table(HEAD, *map(_row, OPERATIONS))]
    parts += ["## Parameters\n", table(QUERY, *dict.fromkeys(_queries()))]
    for takers in _bodies().values():
        places = " and ".join(f"{each.method} {each.path}" for each in takers)
        parts += [f"## The body of {places}\n", table(BODY, *_body(takers[0]))]
    parts.append("## Answers\n")
    for name, schema in sorted(_answers().items()):
        parts += [f"### {name}\n", f"{schema.get('description', name)}\n", table(ANSWER, *_fields(schema))]
    parts.append("## Messages of /v1/live\n")
    for message in MESSAGES:
        schema = message.model_json_schema(mode="serialization")
        parts += [f"### {message.event}\n", f"{schema['description']}\n", table(ANSWER, *_fields(schema))]
    return "\n".join(parts)


def _row(operation: Operation[Any, Any]) -> tuple[str, ...]:
    inner = get_args(operation.answer)
    answer = f"list of {_link(inner[0])}" if inner else _link(operation.answer)
    fields = operation.beside_path if operation.method == GET else {}
    names = ", ".join(f"`{query_name(name, field)}`" for name, field in fields.items())
    return f"`{operation.method} {operation.path}`", operation.role, operation.summary, answer, names or "–"


def _link(answer: Any) -> str:
    name = answer.__name__
    return f"[{name}](#{name.lower()})" if isinstance(answer, type) else TELEMETRY


def _queries() -> Iterator[tuple[str, ...]]:
    """What queries are asked with."""
    for operation in (each for each in OPERATIONS if each.method == GET):
        described = operation.parameters.model_json_schema().get("properties", {})
        for name, field in operation.beside_path.items():
            yield f"`{query_name(name, field)}`", type_text(described[name]), described[name]["description"]


def _bodies() -> dict[type[BaseModel], list[Operation[Any, Any]]]:
    """The models of bodies, and which operations take them."""
    found: dict[type[BaseModel], list[Operation[Any, Any]]] = {}
    for operation in (each for each in OPERATIONS if each.method == POST):
        found.setdefault(operation.parameters, []).append(operation)
    return found


def _body(operation: Operation[Any, Any]) -> Iterator[tuple[str, ...]]:
    schema = operation.parameters.model_json_schema()
    for name, said in schema["properties"].items():
        if name not in operation.in_path:
            yield f"`{name}`", type_text(said), default_text(name, schema), said["description"]


def _answers() -> dict[str, Schema]:
    """The schemas of what is answered, by name; without the messages of devices, which are on a page of their own."""
    found: dict[str, Schema] = {}
    for answer in (*(operation.answer for operation in OPERATIONS), *MESSAGES):
        schema = TypeAdapter(answer).json_schema(mode="serialization")
        found |= {name: part for name, part in schema.get("$defs", {}).items() if "properties" in part}
        if "properties" in schema and answer not in MESSAGES:
            found[schema["title"]] = schema
    return {name: schema for name, schema in found.items() if name not in _parts_of_messages(Part)}


def _parts_of_messages(kind: type[Part]) -> set[str]:
    return {kind.__name__}.union(*(_parts_of_messages(each) for each in kind.__subclasses__()))


def _fields(schema: Schema) -> Iterator[tuple[str, ...]]:
    for name, said in schema["properties"].items():
        yield f"`{name}`", type_text(said), said.get("description", "")
