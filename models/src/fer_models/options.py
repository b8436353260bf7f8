"""Fields that a command line can set: a field's default, its help and its bounds stand once, where it is declared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import Field, dataclass, field, fields
from typing import Any

OPTION = "option"


@dataclass(frozen=True)
class Option:
    """help: for a user; least and most: the bounds, both allowed; name: the option's, where it is not the field's."""

    help: str
    least: float | None = None
    most: float | None = None
    name: str = ""


def option(default: Any, help_: str, *, least: float | None = None, most: float | None = None, name: str = "") -> Any:
    """A dataclass field with this default, which is also an option of a command."""
    return field(default=default, metadata={OPTION: Option(help_, least, most, name)})


def options_of(kind: Any) -> Iterator[tuple[Field[Any], Option]]:
    """The fields of a dataclass that are options, in their order."""
    return ((each, each.metadata[OPTION]) for each in fields(kind) if OPTION in each.metadata)
