"""client/src/fer_client/calls: a method for each operation, and a type for each answer."""

import json
import subprocess
import sys
from collections.abc import Container, Iterator, Mapping
from keyword import iskeyword
from pathlib import Path
from textwrap import indent, wrap
from typing import Any

from fer_controller import operations
from fer_controller.operations.filters import TypedAuditFilter, TypedEmotionFilter, TypedEventFilter
from fer_controller.operations.operation import GET, Operation, query_name
from pydantic import BaseModel, TypeAdapter

from pages.schema import Schema

SUBJECTS = (
    "fleet", "device", "events", "telemetry", "commands", "labels", "models", "plans", "rollouts", "settings", "board",
    "overview", "alerts", "audit", "operators",
)  # fmt: skip
CALLS = Path("client/src/fer_client/calls")
NOTE = "Written by `make docs` from controller/src/fer_controller/operations; edit that instead."
SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
ANY, DOCUMENT = "Any", "Dict[str, Any]"
FILTERS = (TypedAuditFilter, TypedEmotionFilter, TypedEventFilter)
"""What several queries have in common."""
WIDTH = 106
OPENING = '''class {}:
    """Calls of the API."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
'''


def files() -> dict[Path, str]:
    """Each file of the folder, by its path from the root."""
    written = {CALLS / "__init__.py": _package()}
    homes: dict[str, str] = {}
    for subject in SUBJECTS:
        written[CALLS / f"{subject}.py"] = _formatted(_module(subject, homes))
    return written


def _package() -> str:
    names = sorted(map(str.title, SUBJECTS))
    imports = "\n".join(f"from fer_client.calls.{subject} import {subject.title()}" for subject in sorted(SUBJECTS))
    return _formatted(f'"""What can be asked, by subject.\n\n{NOTE}\n"""\n\n{imports}\n\n__all__ = {names}\n')


def _module(subject: str, homes: dict[str, str]) -> str:
    """Types and methods of a subject; homes says where each type stands, and is added to."""
    listed: tuple[Operation[Any, Any], ...] = getattr(operations, subject).OPERATIONS
    types, methods = dict[str, str](), []
    for operation in listed:
        schema = TypeAdapter(operation.answer).json_schema(mode="serialization")
        types.update(_types(schema))
        types.update(_options(operation))
        methods.append(_method(operation, subject, schema))
    body = "\n".join(methods)
    ours = [text for name, text in types.items() if homes.setdefault(name, subject) == subject]
    imports = [f"from fer_client.calls.{homes[name]} import {name}" for name in types if homes[name] != subject]
    head = [
        f'"""{subject.title()}. {NOTE}"""\n', "from __future__ import annotations\n",
        "from typing import TYPE_CHECKING, Any, Dict, List, Sequence, TypedDict, cast\n", *sorted(imports),
        "from fer_client.connection import Connection\n",
    ]  # fmt: skip
    if "Unpack[" in body:
        head.append("if TYPE_CHECKING:\n    from typing_extensions import Unpack\n")
    return "\n".join([*head, *ours, OPENING.format(subject.title()), body])


def _types(schema: Schema) -> Iterator[tuple[str, str]]:
    """A typed dictionary for each object of an answer."""
    found = _objects(schema)
    for name, said in found.items():
        fields = {each: _type(field, found) for each, field in said["properties"].items()}
        summary = said.get("description", name).split("\n\n")[0].replace("\n", " ")
        yield name, _keyed(name, fields, summary) if any(map(iskeyword, fields)) else _class(name, fields, summary)


def _objects(schema: Schema) -> dict[str, Schema]:
    """Every object of an answer whose fields are known, by name."""
    named = {**schema.get("$defs", {}), **({schema["title"]: schema} if schema.get("type") == "object" else {})}
    return {name: said for name, said in named.items() if "properties" in said}


def _class(name: str, fields: Mapping[str, str], summary: str) -> str:
    lines = "\n".join(f"    {each}: {kind}" for each, kind in fields.items())
    return f"class {name}(TypedDict):\n{_docstring([summary])}\n\n{lines}\n\n"


def _keyed(name: str, fields: Mapping[str, str], summary: str) -> str:
    """A name of Python's own can only be a key."""
    keys = ", ".join(f'"{each}": "{kind}"' for each, kind in fields.items())
    return f'{name} = TypedDict("{name}", {{{keys}}})\n"""{summary}"""\n\n'


def _type(field: Schema, known: Container[str] = ()) -> str:
    """As an annotation, which is never evaluated; known are the types that there are."""
    if "$ref" in field:
        name = str(field["$ref"]).rpartition("/")[2]
        return name if name in known else DOCUMENT
    if "anyOf" in field:
        return " | ".join(dict.fromkeys(_type(each, known) for each in field["anyOf"]))
    if field.get("type") == "array":
        return f"List[{_type(field.get('items', {}), known)}]"
    if field.get("type") == "object":
        if "properties" in field:
            return str(field["title"]) if field["title"] in known else DOCUMENT
        values = field.get("additionalProperties")
        return f"Dict[str, {_type(values, known) if isinstance(values, dict) else ANY}]"
    return SCALARS.get(field.get("type", ""), ANY)


def _method(operation: Operation[Any, Any], subject: str, answer: Schema) -> str:
    said = _asked(operation.parameters)
    required = _required(operation)
    options = f", **options: Unpack[{operation.parameters.__name__}]" if _optional(operation) else ""
    taken = "".join(f", {name}: {_given(said[name])}" for name in required)
    name = "all" if operation.name == subject else operation.name
    returned = _type(answer, _objects(answer))
    contract = [operation.summary, *(f"{each}: {said[each]['description']}" for each in required)]
    beside = [f'"{each}": {each}' for each in required if each not in operation.in_path]
    sent = f"{{{', '.join([*beside, *(['**options'] if options else [])])}}}"
    call = f'self._connection.{_verb(operation)}("{operation.path}", {_places(operation)}, {sent}{_spelled(operation)})'
    body = f'{_docstring(contract)}\n    return cast("{returned}", {call})\n'
    return indent(f"def {name}(self{taken}{options}) -> {returned}:\n{body}", "    ")


def _options(operation: Operation[Any, Any]) -> Iterator[tuple[str, str]]:
    """A typed dictionary of what may be left out; that of a model that adds to another stands on the other's."""
    wanted = _optional(operation)
    kind = operation.parameters
    if not wanted:
        return
    said, base = _asked(kind), _base(kind)
    above = _asked(base) if base else {}
    if base:
        yield base.__name__, _optional_class(base.__name__, "TypedDict", above)
    own = {name: said[name] for name in wanted if name not in above}
    yield kind.__name__, _optional_class(kind.__name__, base.__name__ if base else "TypedDict", own)


def _optional_class(name: str, base: str, fields: Mapping[str, Schema]) -> str:
    lines = "\n".join(f"    {each}: {_given(field)}" for each, field in fields.items())
    contract = ["What may be left out.", *(f"{each}: {field['description']}" for each, field in fields.items())]
    return f"class {name}({base}, total=False):\n{_docstring(contract)}\n\n{lines}\n\n"


def _base(kind: type[BaseModel]) -> type[BaseModel] | None:
    """The filter to which a query adds."""
    return next((each for each in kind.__mro__[1:] if each in FILTERS), None)


def _asked(kind: type[BaseModel]) -> dict[str, Schema]:
    """What a request is made of, as it is given."""
    return dict(kind.model_json_schema().get("properties", {}))


def _required(operation: Operation[Any, Any]) -> list[str]:
    schema = operation.parameters.model_json_schema()
    return [name for name in _asked(operation.parameters) if name in {*operation.in_path, *schema.get("required", [])}]


def _optional(operation: Operation[Any, Any]) -> list[str]:
    required = _required(operation)
    return [name for name in _asked(operation.parameters) if name not in required]


def _verb(operation: Operation[Any, Any]) -> str:
    return "get" if operation.method == GET else "post"


def _spelled(operation: Operation[Any, Any]) -> str:
    """How a query spells a parameter with several values, each of which stands for itself there."""
    if operation.method != GET:
        return ""
    spelled = {name: query_name(name, each) for name, each in operation.beside_path.items()}
    others = {name: spelt for name, spelt in spelled.items() if spelt != name}
    return f", {json.dumps(others)}" if others else ""


def _places(operation: Operation[Any, Any]) -> str:
    return "{" + ", ".join(f'"{name}": {name}' for name in operation.in_path) + "}"


def _given(field: Schema) -> str:
    """What is given may be any sequence, and null is what is left out."""
    return _type(field).replace("List[", "Sequence[").replace(" | None", "")


def _docstring(paragraphs: list[str]) -> str:
    first, *rest = ["\n".join(wrap(each, WIDTH)) for each in paragraphs]
    tail = "\n\n" + "\n".join(rest) + "\n" if rest else ""
    closed = f'"""{first}{tail}"""' if rest or "\n" not in first else f'"""{first}\n"""'
    return indent(closed.replace("\\", "\\\\"), "    ")


def _formatted(text: str) -> str:
    """As ruff writes it, with what is not used taken out."""
    for command in (["check", "--quiet", "--fix", "--select", "F401,I,PLR0402"], ["format"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--stdin-filename", str(CALLS / "made.py"), "-"]
        text = subprocess.run(ruff, input=text, capture_output=True, text=True, check=True).stdout
    return text
