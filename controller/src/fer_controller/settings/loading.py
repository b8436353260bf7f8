"""Where the settings come from: options, then the environment, then the TOML file, then the defaults."""

import os
import tomllib
from pathlib import Path
from typing import Any

from fer_wire.environment import stranger
from fer_wire.errors import SettingsTextError
from fer_wire.paths import at_home
from fer_wire.settings_text import settings_table
from pydantic import ValidationError
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource

from fer_controller.errors import SettingsError
from fer_controller.settings.sections import ENV_DELIMITER, ENV_PREFIX, Settings

OF_A_KEY = "[key]"
"""What pydantic adds to the place of a name that is wrong itself."""
UNKNOWN = "there is no such setting"


def load(config: Path | None = None, **options: Any) -> Settings:
    """Settings from options, then the environment, then the TOML file, then defaults; raises SettingsError.

    An option that is None was not given; options of a section come as a dict.
    """
    table = _table(config) if config else {}
    _check_environment()
    try:
        return _above(table)(**_given(options))
    except ValidationError as error:
        raise SettingsError(_sentence(error, config)) from error
    except ValueError as error:
        raise SettingsError(f"A setting in the environment cannot be read: {error}.") from error


def _check_environment() -> None:
    strange = stranger(os.environ, ENV_PREFIX, Settings.model_fields)
    if strange:
        raise SettingsError(f"The setting {strange} is wrong: {UNKNOWN}. It comes from {_variable(strange)}.")


def _table(config: Path) -> dict[str, Any]:
    """What the file says."""
    try:
        return settings_table(Path(at_home(str(config))), tomllib.loads)
    except SettingsTextError as error:
        raise SettingsError(f"The configuration {error}.") from error
    except ValueError as error:
        raise SettingsError(f"The configuration {config} cannot be found: {error}.") from error


def _above(table: dict[str, Any]) -> type[Settings]:
    if not table:
        return Settings

    class FileSettings(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
            file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return init_settings, env_settings, InitSettingsSource(settings_cls, table)

    return FileSettings


def _given(options: dict[str, Any]) -> dict[str, Any]:
    flat = {key: _given(value) if isinstance(value, dict) else value for key, value in options.items()}
    return {key: value for key, value in flat.items() if value is not None and value != {}}


def _sentence(error: ValidationError, config: Path | None) -> str:
    first = error.errors(include_url=False)[0]
    place = ".".join(str(level) for level in first["loc"] if level != OF_A_KEY)
    own = first.get("ctx", {}).get("error")
    reason = UNKNOWN if first["type"] == "extra_forbidden" else str(own or first["msg"]).rstrip(".")
    return (
        f"The setting {place} is wrong: {reason}. It comes from an option, "
        f"from {_variable(place)}, or from {config or 'a default'}."
    )


def _variable(place: str) -> str:
    return f"{ENV_PREFIX}{place.upper().replace('.', ENV_DELIMITER)}"
