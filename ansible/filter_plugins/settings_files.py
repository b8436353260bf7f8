"""Values as the files on a host hold them: systemd's environment files, and the agent's TOML."""

import json
import re
from collections.abc import Callable, Mapping

NEVER_FIT = re.compile(
    "[\0\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)
"""For what is no character systemd refuses the whole file."""

UNFIT_BEFORE = ((239, re.compile(r"\n")), (248, re.compile(r"[\x01-\x08\x0b-\x1f\x7f]")))
"""Before these versions it passes over a variable with one of these; Ubuntu 18.04 has 237, Debian 11 has 247."""

ESCAPED = re.compile(r'["\\$`]')
"""Inside double quotes each version of systemd takes these for themselves after a backslash, and all else as it is."""


def environment_names(settings: Mapping[str, object], prefix: str) -> dict[str, object]:
    """Settings as variables; their names are those of docs/configuration.md, `retention.events_days`."""
    return {prefix + name.upper().replace(".", "__"): value for name, value in settings.items()}


def environment_file(variables: Mapping[str, object]) -> str:
    """Lines for systemd's EnvironmentFile=; what is no text is JSON, as the programs read it, and null is left out."""
    given = {name: _text(value) for name, value in variables.items() if value is not None}
    return "".join(f'{name}="{ESCAPED.sub(_backslash, text)}"\n' for name, text in given.items())


def unfit_for_systemd(variables: Mapping[str, object], version: object) -> list[str]:
    """The names of the variables that this version of systemd could not read, for what is in their values."""
    unfit = [NEVER_FIT, *(pattern for before, pattern in UNFIT_BEFORE if int(str(version)) < before)]
    return [name for name, value in variables.items() if any(pattern.search(_text(value)) for pattern in unfit)]


def toml(value: object) -> str:
    """A value as TOML 1.0; a mapping is an inline table without those of its entries that are null."""
    if isinstance(value, Mapping):
        entries = (f"{_toml_text(str(name))} = {toml(each)}" for name, each in value.items() if each is not None)
        return "{" + ", ".join(entries) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml(each) for each in value) + "]"
    if isinstance(value, (bool, int)):
        return json.dumps(value)
    return repr(float(value)) if isinstance(value, float) else _toml_text(str(value))


def _text(value: object) -> str:
    return json.dumps(value, default=str) if isinstance(value, (bool, int, float, list, tuple, dict)) else str(value)


def _backslash(found: re.Match[str]) -> str:
    return "\\" + found[0]


def _toml_text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """The filters by name."""
        return {each.__name__: each for each in (environment_names, environment_file, unfit_for_systemd, toml)}
