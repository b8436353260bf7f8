"""Selectors of devices: key=value pairs over labels and built-in keys."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from fer_controller.errors import RequestError

CLASS = "class"
DEVICE = "device"
MODEL = "model"
VERSION = "version"
BUILT_IN = (CLASS, DEVICE, MODEL, VERSION)
"""Keys that are not labels: the device's class and name, and name and version of the model that it runs.

A rollout means the model of its own task: one of a finder selects by the finder that a device runs.
"""

TITLE = "title"
"""The one label whose value may be any text: what people call the device. Its name stays, for it is its identity."""
TITLE_CHARACTERS = 80

KEY = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,62}")
VALUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@:+-]{0,62}")
TERM = re.compile(r"\s*([^=!\s]+)\s*(!?=)\s*([^=!\s]+)\s*")


@dataclass(frozen=True, slots=True)
class Term:
    """One pair; the value may contain * and ?."""

    key: str
    value: str
    negated: bool = False

    def matches(self, facts: Mapping[str, str]) -> bool:
        """Whether it holds for a device with these facts."""
        return fnmatchcase(facts.get(self.key, ""), self.value) != self.negated


def parse(text: str) -> tuple[Term, ...]:
    """The pairs of 'class=nano,site=lab,room!=cellar', all of which must hold; raises RequestError."""
    return tuple(_term(part) for part in text.split(",")) if text.strip() else ()


def matches(terms: tuple[Term, ...], facts: Mapping[str, str]) -> bool:
    """Whether all of them hold."""
    return all(term.matches(facts) for term in terms)


def label(text: str) -> tuple[str, str]:
    """Key and value of a label written KEY=VALUE; raises RequestError."""
    key, given, value = text.partition("=")
    if key == TITLE and given:
        return key, _title(value.strip())
    if not given or not VALUE.fullmatch(value):
        raise RequestError(f"{text!r} is not a label; write KEY=VALUE, for example site=lab.")
    return label_key(key), value


def label_key(key: str) -> str:
    """The key itself; raises RequestError when a label cannot have it."""
    if key in BUILT_IN:
        raise RequestError(f"{key} is a built-in key and cannot be a label; use another key.")
    if not KEY.fullmatch(key):
        raise RequestError(
            f"{key!r} cannot be the key of a label; use letters, digits, '_', '.' or '-', a letter first."
        )
    return key


def _title(value: str) -> str:
    if not value.isprintable() or not 0 < len(value) <= TITLE_CHARACTERS:
        raise RequestError(
            f"A title is one line of 1 to {TITLE_CHARACTERS} characters; `label --remove {TITLE}` takes it off."
        )
    return value


def _term(text: str) -> Term:
    found = TERM.fullmatch(text)
    if not found or not KEY.fullmatch(found[1]):
        raise RequestError(f"{text.strip()!r} is not a selector; write KEY=VALUE or KEY!=VALUE, for example site=lab.")
    return Term(found[1], found[3], negated=found[2] == "!=")
