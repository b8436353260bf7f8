"""The settings as TOML: every default with its meaning, or the values in force."""

import json
import textwrap
from pathlib import Path
from typing import Any, Dict, Iterator, Tuple

from pydantic import BaseModel, Secret, SecretStr
from pydantic.fields import FieldInfo

from fer_agent.errors import SettingsError
from fer_agent.settings.loading import ENVIRONMENT_PREFIX
from fer_agent.settings.sections import CameraSettings, Settings

HEADER = """\
# Settings of fer-agent. Every setting is shown with its default; remove the leading '#' to change it.
# Environment variables override this file ({prefix}BROKER__URL for broker.url), and options override both.
"""


def explain() -> str:
    """The settings file as TOML, with every default and its meaning."""
    lines = [HEADER.format(prefix=ENVIRONMENT_PREFIX)]
    sections = []
    for name, field in Settings.model_fields.items():
        default = _default(field)
        if isinstance(default, BaseModel):
            sections.append((f"[{name}]", type(default)))
        elif name == "cameras":
            sections.append((f"[[{name}]]", CameraSettings))
        else:
            lines += _explain_field(name, field)
    for heading, section in sections:
        lines += ["", f"# {section.__doc__}", heading]
        for name, field in section.model_fields.items():
            lines += _explain_field(name, field)
    return "\n".join(lines) + "\n"


def effective(settings: Settings) -> str:
    """The settings in force for this run, as TOML; secrets are hidden."""
    tables = settings.model_dump()
    lines = [f"{key} = {_toml(value)}" for key, value in _plain(tables)]
    for key, table in tables.items():
        blocks = table if isinstance(table, list) else [table]
        for block in blocks:
            if isinstance(block, dict):
                lines += ["", f"[[{key}]]" if isinstance(table, list) else f"[{key}]"]
                lines += [f"{name} = {_toml(value)}" for name, value in _plain(block)]
    return "\n".join(lines) + "\n"


def _explain_field(name: str, field: FieldInfo) -> Iterator[str]:
    yield from textwrap.wrap(field.description or "", 110, initial_indent="# ", subsequent_indent="# ")
    default = _default(field)
    yield f"#{name} = {_toml(default)}" if default is not None else f"#{name} ="


def _plain(table: Dict[str, Any]) -> Iterator[Tuple[str, Any]]:
    for key, value in table.items():
        nested = isinstance(value, dict) or (isinstance(value, list) and any(isinstance(v, dict) for v in value))
        if value is not None and not nested:
            yield key, value


def _toml(value: Any) -> str:
    if isinstance(value, SecretStr):
        return '"**********"'
    if isinstance(value, (Path, Secret)):
        value = str(value)
    return json.dumps(value, ensure_ascii=False)


def _default(field: FieldInfo) -> Any:
    """None where this machine has none: a user without a home has no state folder."""
    try:
        return field.get_default(call_default_factory=True)
    except SettingsError:
        return None
