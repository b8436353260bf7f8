"""Files that are whole or not there at all, whenever the power goes; and whether there is room for them."""

import os
import shutil
from pathlib import Path

from fer_agent.errors import StateError, UpdateError

CHUNK_BYTES = 1 << 20
UNFINISHED = ".tmp"
DISK_MARGIN_BYTES = 16 * 1024 * 1024


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


def keep(source: Path, target: Path) -> None:
    """Rename a file that others wrote, its content on the disk first; raises StateError."""
    try:
        with source.open("rb") as file:
            os.fsync(file.fileno())
        move(source, target)
    except OSError as error:
        raise StateError(f"Cannot keep {target} ({error}); make room, or give another --state-dir.") from error


def move(source: Path, target: Path) -> None:
    """Rename within a folder, so that it holds after a power cut; raises OSError."""
    source.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def room_for(size_bytes: int, folder: Path) -> None:
    """Raises UpdateError when the disk has no room for so many bytes and a margin for the spool."""
    free_bytes = shutil.disk_usage(str(folder)).free
    if free_bytes < size_bytes + DISK_MARGIN_BYTES:
        raise UpdateError(
            f"The disk of {folder} is full: {size_bytes / 1e6:.1f} MB are to come and "
            f"{DISK_MARGIN_BYTES / 1e6:.0f} MB must stay free, but only {free_bytes / 1e6:.1f} MB are. Make room."
        )
