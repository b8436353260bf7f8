"""The names of devices and cameras, which are levels of topics."""

import re
from functools import lru_cache

from pydantic import AfterValidator, WithJsonSchema
from typing_extensions import Annotated

from fer_wire.errors import TopicError

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"
NAMES_REMEMBERED = 65_536
_NAME = re.compile(NAME_PATTERN)


@lru_cache(NAMES_REMEMBERED)
def checked_name(name: str) -> str:
    """The name itself; raises TopicError if it cannot be one level of a topic."""
    if not _NAME.fullmatch(name):
        raise TopicError(
            f"{name[:80]!r} is not a valid name for a device or camera; use 1 to 64 letters, digits, '_', '.' or '-', "
            "a letter or digit first."
        )
    return name


Name = Annotated[str, AfterValidator(checked_name), WithJsonSchema({"type": "string", "pattern": NAME_PATTERN})]

PROGRAMS = ("fer-controller", "fer-rollouts", "fer-viewer", "homeassistant")
"""The logins of the fleet's own programs at the broker: a device with such a name would speak as they do."""


def checked_device(name: str) -> str:
    """The name itself; raises TopicError if no device may be called so."""
    if checked_name(name) in PROGRAMS:
        raise TopicError(f"{name!r} is what a program of the fleet is called at the broker; call the device otherwise.")
    return name
