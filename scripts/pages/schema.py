"""JSON Schema, as pydantic writes it, in words for a table."""

import json
from typing import Any

from fer_wire.names import NAME_PATTERN

Schema = dict[str, Any]

INT64_MAX = 2**63 - 1
BOUNDS = {"minimum": "≥ {}", "exclusiveMinimum": "> {}", "maximum": "≤ {}", "exclusiveMaximum": "< {}"}


def definitions(schema: Schema) -> dict[str, Schema]:
    """The parts that the schema refers to, by name."""
    return dict(schema.get("$defs", {}))


def part_of(field: Schema) -> str:
    """Name of the part that a field holds, one or many of; empty when it holds none."""
    for place in (field, field.get("items", {}), *field.get("anyOf", [])):
        if "$ref" in place:
            return str(place["$ref"]).rpartition("/")[2]
    return ""


def type_text(field: Schema) -> str:
    """The type with its bounds, for example `integer ≥ 1` or `text or null`."""
    if "anyOf" in field:
        return " or ".join(type_text(alternative) for alternative in field["anyOf"])
    if "$ref" in field:
        return part_of(field)
    if "enum" in field:
        return " or ".join(f"`{value}`" for value in field["enum"])
    kind = field.get("type", "any")
    return {"array": _array, "object": _object, "string": _text}.get(kind, _plain)(field)


def default_text(name: str, schema: Schema) -> str:
    """The default as JSON; `required` in words when there is none."""
    if name in schema.get("required", []):
        return "required"
    field = schema["properties"][name]
    if part_of(field) and field.get("default"):
        return "its defaults"
    return f"`{json.dumps(field['default'], ensure_ascii=False)}`" if "default" in field else ""


def cell(text: str) -> str:
    """Text that may stand in a cell of a Markdown table."""
    return text.replace("|", "\\|").replace("\n", " ")


def table(*rows: tuple[str, ...]) -> str:
    """A Markdown table; the first row is its head."""
    head, *body = [f"| {' | '.join(cell(text) for text in row)} |" for row in rows]
    return "\n".join([head, "|" + " --- |" * len(rows[0]), *body]) + "\n"


def _array(field: Schema) -> str:
    if "prefixItems" in field:
        return f"{len(field['prefixItems'])} × {type_text(field['prefixItems'][0])}"
    return f"list of {type_text(field.get('items', {}))}"


def _object(field: Schema) -> str:
    named = field.get("patternProperties", {})
    values = next(iter(named.values()), field.get("additionalProperties", {}))
    return f"map of text to {type_text(values)}" if isinstance(values, dict) else field.get("title", "object")


def _text(field: Schema) -> str:
    if field.get("format") == "date-time":
        return "time"
    if field.get("format") == "path":
        return "path"
    if field.get("pattern") == NAME_PATTERN:
        return "name"
    if "pattern" in field:
        return f"text like `{field['pattern']}`"
    return f"text of at most {field['maxLength']}" if "maxLength" in field else "text"


def _plain(field: Schema) -> str:
    bounds = [
        text.format(_number(field[key])) for key, text in BOUNDS.items() if field.get(key, INT64_MAX) != INT64_MAX
    ]
    name = {"number": "number", "integer": "integer", "boolean": "true or false", "null": "null"}
    return f"{name.get(field.get('type', ''), 'any')} {', '.join(bounds)}".strip()


def _number(bound: float) -> str:
    return f"{bound:g}" if isinstance(bound, float) else f"{bound:,}"
