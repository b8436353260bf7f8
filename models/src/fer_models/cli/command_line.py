"""The command as it was given, for the records that name it."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

PROGRAM = "fer-models"


def spoken() -> str:
    """This process's command; of paths that lead outside the working folder only the last part, as they are private."""
    return shlex.join([PROGRAM, *map(_public, sys.argv[1:])])


def _public(word: str) -> str:
    return Path(word).name if word.startswith(("/", "..", "~")) else word
