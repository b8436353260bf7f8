"""The command as it was given, for the records that name it."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

PROGRAM = "fer-models"


def spoken(words: Sequence[str] | None = None) -> str:
    """This process's command, or these words as one; paths outside the working folder are cut to their last part."""
    return shlex.join([PROGRAM, *map(_public, sys.argv[1:] if words is None else words)])


def _public(word: str) -> str:
    return Path(word).name if word.startswith(("/", "..", "~")) else word


def checked_out() -> str:
    """The commit that is checked out in the working folder; empty where git knows of none."""
    try:
        found = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, errors="replace", check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return found.stdout.strip()
