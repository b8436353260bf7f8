"""Where settings come from: options override environment variables, those the TOML file, and that the defaults."""

import os
import sys
from pathlib import Path
from typing import Any, Dict, Mapping, Optional, Tuple, Type

from fer_wire.environment import DELIMITER, stranger
from fer_wire.errors import SettingsTextError
from fer_wire.paths import at_home
from fer_wire.settings_text import settings_table
from pydantic import ValidationError
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from fer_agent.errors import SettingsError
from fer_agent.settings.sections import Settings

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ENVIRONMENT_PREFIX = "FER_AGENT_"
UNKNOWN = "there is no such setting"
DEFAULT_FILE = Path("/etc/fer-agent/config.toml")


def load_settings(file: Optional[Path], options: Mapping[str, Any]) -> Settings:
    """The settings of this run; raises SettingsError that names the setting and the reason."""
    chosen = _chosen(file)
    table = _table(chosen) if chosen else {}
    strange = stranger(os.environ, ENVIRONMENT_PREFIX, Settings.model_fields)
    if strange:
        raise SettingsError(f"The setting {strange} is wrong: {UNKNOWN}. Take it out of the environment.")
    try:
        return Settings(**dict(_layers(table)(**options)))
    except ValidationError as error:
        raise SettingsError(_sentence(error, chosen)) from error
    except (ValueError, OSError) as error:
        raise SettingsError(f"Cannot read the settings ({error}); check the environment.") from error


def _chosen(file: Optional[Path]) -> Optional[Path]:
    if file is None:
        return DEFAULT_FILE if DEFAULT_FILE.is_file() else None
    try:
        file = Path(at_home(str(file)))
    except ValueError as error:
        raise SettingsError(f"The settings file {file} cannot be found: {error}.") from error
    if not file.exists():
        raise SettingsError(f"The settings file {file} does not exist; write one with `fer-agent config --out {file}`.")
    return file


def _table(file: Path) -> Dict[str, Any]:
    """What the file says."""
    try:
        return settings_table(file, tomllib.loads)
    except SettingsTextError as error:
        raise SettingsError(f"The settings file {error}.") from error


def _layers(table: Dict[str, Any]) -> Type[Settings]:
    class Layers(BaseSettings, Settings):
        model_config = SettingsConfigDict(env_prefix=ENVIRONMENT_PREFIX, env_nested_delimiter=DELIMITER, extra="forbid")

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
            return (*above, InitSettingsSource(settings_cls, table)) if table else above

    return Layers


def _sentence(error: ValidationError, file: Optional[Path]) -> str:
    first, *others = error.errors(include_url=False)
    place = ".".join(str(level) for level in first["loc"])
    more = f" Settings that are wrong besides: {len(others)}." if others else ""
    source = f"{file}, the environment or the options" if file else "the environment or the options"
    own = first.get("ctx", {}).get("error")
    reason = UNKNOWN if first["type"] == "extra_forbidden" else str(own or first["msg"]).rstrip(".")
    return f"The setting {place} is wrong: {reason}. Correct it in {source}; `fer-agent config` explains it.{more}"
