"""Where settings come from: options over environment variables over the TOML file over the defaults."""

import json
import textwrap
from pathlib import Path
from typing import Any, Dict, Iterator, Mapping, Optional, Tuple, Type

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from fer_agent.errors import SettingsError
from fer_agent.settings import CameraSettings, Settings

ENVIRONMENT_PREFIX = "FER_AGENT_"
UNKNOWN = "there is no such setting"
DEFAULT_FILE = Path("/etc/fer-agent/config.toml")

HEADER = """\
# Settings of fer-agent. Each setting shows its default; take its leading '#' away to change it.
# Environment variables override this file ({prefix}BROKER__URL for broker.url), options override both.
"""


def load_settings(file: Optional[Path], options: Mapping[str, Any]) -> Settings:
    """The settings of this run; raises SettingsError that names the setting and the reason."""
    if file is not None and not file.is_file():
        raise SettingsError(f"The settings file {file} does not exist; write one with `fer-agent config --out {file}`.")
    chosen = file or (DEFAULT_FILE if DEFAULT_FILE.is_file() else None)
    try:
        return Settings(**dict(_layers(chosen)(**options)))
    except ValidationError as error:
        raise SettingsError(_sentence(error, chosen)) from error
    except (ValueError, OSError) as error:
        raise SettingsError(f"Cannot read the settings ({error}); look at {chosen or 'the environment'}.") from error


def explain() -> str:
    """The settings file with every default and its meaning, as TOML."""
    lines = [HEADER.format(prefix=ENVIRONMENT_PREFIX)]
    sections = []
    for name, field in Settings.model_fields.items():
        default = field.get_default(call_default_factory=True)
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
    """The settings as they stand for this run, as TOML; secrets are hidden."""
    tables = settings.model_dump()
    lines = [f"{key} = {_toml(value)}" for key, value in _plain(tables)]
    for key, table in tables.items():
        blocks = table if isinstance(table, list) else [table]
        for block in blocks:
            if isinstance(block, dict):
                lines += ["", f"[[{key}]]" if isinstance(table, list) else f"[{key}]"]
                lines += [f"{name} = {_toml(value)}" for name, value in _plain(block)]
    return "\n".join(lines) + "\n"


def _layers(file: Optional[Path]) -> Type[Settings]:
    class Layers(BaseSettings, Settings):
        model_config = SettingsConfigDict(env_prefix=ENVIRONMENT_PREFIX, env_nested_delimiter="__", extra="forbid")

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: Type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # the library's signature
            file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # the library's signature
        ) -> Tuple[PydanticBaseSettingsSource, ...]:
            above = (init_settings, env_settings)
            return (*above, TomlConfigSettingsSource(settings_cls, file)) if file else above

    return Layers


def _sentence(error: ValidationError, file: Optional[Path]) -> str:
    first, *others = error.errors(include_url=False)
    place = ".".join(str(level) for level in first["loc"])
    more = f" ({len(others)} more settings are wrong.)" if others else ""
    source = f"{file}, the environment or the options" if file else "the environment or the options"
    own = first.get("ctx", {}).get("error")
    reason = UNKNOWN if first["type"] == "extra_forbidden" else str(own or first["msg"]).rstrip(".")
    return f"The setting {place} is wrong: {reason}. Mend it in {source}; `fer-agent config` explains it.{more}"


def _explain_field(name: str, field: FieldInfo) -> Iterator[str]:
    yield from textwrap.wrap(field.description or "", 110, initial_indent="# ", subsequent_indent="# ")
    default = field.get_default(call_default_factory=True)
    yield f"#{name} = {_toml(default)}" if default is not None else f"#{name} ="


def _plain(table: Dict[str, Any]) -> Iterator[Tuple[str, Any]]:
    for key, value in table.items():
        nested = isinstance(value, dict) or (isinstance(value, list) and any(isinstance(v, dict) for v in value))
        if value is not None and not nested:
            yield key, value


def _toml(value: Any) -> str:
    if isinstance(value, SecretStr):
        return '"**********"'
    if isinstance(value, Path):
        value = str(value)
    return json.dumps(value, ensure_ascii=False)
