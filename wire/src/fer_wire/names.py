"""The names of devices and cameras, which are levels of topics."""

import re

from pydantic import AfterValidator, WithJsonSchema
from typing_extensions import Annotated

from fer_wire.errors import TopicError

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"
_NAME = re.compile(NAME_PATTERN)


def checked_name(name: str) -> str:
    """The name itself; raises TopicError if it cannot be one level of a topic."""
    if not _NAME.fullmatch(name):
        raise TopicError(
            f"{name[:80]!r} is not a valid name for a device or camera; use 1 to 64 letters, digits, '_', '.' or '-', "
            "a letter or digit first."
        )
    return name


Name = Annotated[str, AfterValidator(checked_name), WithJsonSchema({"type": "string", "pattern": NAME_PATTERN})]
