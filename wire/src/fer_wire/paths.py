"""Paths in settings: ~ is the home, and each name is the bytes that it is on this machine."""

import os
from pathlib import Path
from typing import Any

from pydantic import BeforeValidator, FilePath
from typing_extensions import Annotated

HOME = "~"


def at_home(path: str) -> str:
    """The path with ~ and ~USER as that home folder; raises ValueError where there is no home.

    A name that begins with ~ and is no user's stays as it is.
    """
    whole = os.path.expanduser(path)  # noqa: PTH111  # Path.expanduser raises RuntimeError, and wants a user
    if whole == HOME or whole.startswith(f"{HOME}{os.sep}"):
        raise ValueError("this user has no home folder that ~ could stand for; write the whole path")
    return whole


def as_here(path: str) -> str:
    """The path from its home on, as this machine spells names: a file of settings is UTF-8, whatever the locale."""
    return os.fsdecode(at_home(path).encode("utf-8", "surrogateescape"))


def _checked(path: Any) -> Any:
    if not isinstance(path, (str, Path)):
        return path
    if isinstance(path, str) and not path.strip():
        raise ValueError("expected a path, not nothing; leave the setting out for its default")
    return as_here(str(path))


HomePath = Annotated[Path, BeforeValidator(_checked)]
HomeFile = Annotated[FilePath, BeforeValidator(_checked)]
