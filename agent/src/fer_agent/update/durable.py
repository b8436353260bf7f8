"""Files that are whole or not there at all, whenever the power goes."""

import os
from pathlib import Path

from fer_agent.errors import StateError

CHUNK_BYTES = 1 << 20
UNFINISHED = ".tmp"


def replace(path: Path, data: bytes) -> None:
    """Put these bytes in the place of the file; raises StateError when they cannot be written."""
    unfinished = path.with_name(path.name + UNFINISHED)
    try:
        with unfinished.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        move(unfinished, path)
    except OSError as error:
        raise StateError(f"Cannot write {path} ({error}); make room, or give another --state-dir.") from error


def copy(source: Path, target: Path) -> None:
    """A copy that is whole once it has its name; raises StateError."""
    unfinished = target.with_name(target.name + UNFINISHED)
    try:
        with source.open("rb") as original, unfinished.open("wb") as file:
            for chunk in iter(lambda: original.read(CHUNK_BYTES), b""):
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        move(unfinished, target)
    except OSError as error:
        raise StateError(f"Cannot copy {source} to {target} ({error}); make room there.") from error


def move(source: Path, target: Path) -> None:
    """Rename within a folder, so that it holds after a power cut; raises OSError."""
    source.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
