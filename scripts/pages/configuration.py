"""docs/configuration.md: every setting of the agent and of the controller."""

from typing import Any

from fer_agent.settings import Settings as AgentSettings
from fer_agent.settings import loading as agent_configuration
from fer_controller import settings as controller_settings
from pydantic import BaseModel

from pages.schema import Schema, default_text, definitions, part_of, table, type_text

HEAD = ("key", "environment variable", "type", "default", "meaning")

INTRODUCTION = """\
# Configuration

Options of the command line override environment variables, those override the TOML file given with `--config`, and
that overrides the defaults. A key that does not exist is an error. `fer-agent config` writes the agent's file with
every setting explained.

In the file a section is a TOML table: `broker.url` is `url` below `[broker]`. In the environment two underscores stand
between section and key.
"""


def page() -> str:
    """The whole page."""
    agent = _program("fer-agent", AgentSettings, agent_configuration.ENVIRONMENT_PREFIX)
    controller = _program("fer-controller", controller_settings.Settings, controller_settings.ENV_PREFIX)
    return f"{INTRODUCTION}\n{agent}\n{controller}"


def _program(name: str, settings: type[BaseModel], prefix: str) -> str:
    schema = settings.model_json_schema()
    fields: dict[str, Schema] = schema["properties"]
    top = [_row(key, f"`{prefix}{key.upper()}`", schema, settings) for key in fields if not _is_section(fields[key])]
    parts = [f"## {name}\n", table(HEAD, *top)]
    parts += [_section(key, field, definitions(schema), prefix) for key, field in fields.items() if part_of(field)]
    return "\n".join(parts)


def _section(key: str, field: Schema, parts: dict[str, Schema], prefix: str) -> str:
    schema, variable = parts[part_of(field)], f"{prefix}{key.upper()}"
    if field.get("type") == "array":
        rows = [_row(name, "", schema)[:1] + _row(name, "", schema)[2:] for name in schema["properties"]]
        told = f"One table for each. In the environment all of them are one JSON list: `{variable}`.\n\n"
        return f"### [[{key}]]\n\n{told}{table(HEAD[:1] + HEAD[2:], *rows)}"
    rows = [_row(name, f"`{variable}__{name.upper()}`", schema) for name in schema["properties"]]
    return f"### [{key}]\n\n{schema['description']}\n\n{table(HEAD, *rows)}"


def _row(key: str, variable: str, schema: Schema, settings: Any = None) -> tuple[str, ...]:
    field = schema["properties"][key]
    default = default_text(key, schema) or _made_default(settings, key)
    return f"`{key}`", variable, type_text(field), default, field.get("description", "")


def _made_default(settings: Any, key: str) -> str:
    """What a default that differs between machines is made of."""
    made_by = settings.model_fields[key].default_factory
    contract = str(made_by.__doc__).split("\n", maxsplit=1)[0].rstrip(".")
    return contract[0].lower() + contract[1:]


def _is_section(field: Schema) -> bool:
    return bool(part_of(field)) and field.get("type") != "array"
