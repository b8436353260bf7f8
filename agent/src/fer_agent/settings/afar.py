"""The settings from afar under those of the device: what is set on the device itself, nothing from afar changes."""

import os
from typing import Any, Dict, Sequence

from fer_wire.environment import DELIMITER
from fer_wire.reported import IN_ENVIRONMENT, IN_FILE, OwnSetting
from fer_wire.tuning import CAMERAS, SETTINGS_FROM_AFAR, SettingValues, Tunable

from fer_agent.settings.loading import ENVIRONMENT_PREFIX
from fer_agent.settings.sections import Settings


def own_settings(settings: Settings) -> Dict[str, OwnSetting]:
    """By name: those that can be changed from afar, and are set on the device; of several cameras, by any of them."""
    found: Dict[str, OwnSetting] = {}
    for name in SETTINGS_FROM_AFAR:
        section, _, field = name.partition(".")
        values = [getattr(block, field) for block in _blocks(settings, section) if field in block.model_fields_set]
        if values and values[0] is not None:
            found[name] = OwnSetting(value=values[0], source=_source(section, field))
    return found


def with_settings_from_afar(settings: Settings, values: SettingValues) -> Settings:
    """These settings with values that are checked, wherever the device has none of its own."""
    by_section: Dict[str, Dict[str, Any]] = {}
    for name, value in values.items():
        section, _, field = name.partition(".")
        by_section.setdefault(section, {})[field] = value
    blocks: Dict[str, Any] = {}
    for section, changes in by_section.items():
        changed = [_under(block, changes) for block in _blocks(settings, section)]
        blocks[section] = changed if section == CAMERAS else changed[0]
    return settings.model_copy(update=blocks)


def _under(block: Tunable, changes: Dict[str, Any]) -> Tunable:
    own = block.model_fields_set
    return block.model_copy(update={field: value for field, value in changes.items() if field not in own})


def _blocks(settings: Settings, section: str) -> Sequence[Tunable]:
    found = getattr(settings, section)
    return found if section == CAMERAS else (found,)


def _source(section: str, field: str) -> str:
    """An option of the command line sets none of them."""
    variable = f"{ENVIRONMENT_PREFIX}{section}".upper()
    set_ = {name.upper() for name in os.environ}
    return IN_ENVIRONMENT if {variable, f"{variable}{DELIMITER}{field}".upper()} & set_ else IN_FILE
