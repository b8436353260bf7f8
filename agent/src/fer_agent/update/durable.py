"""What the update path writes to the disk: files that are complete or not there at all, and room for them."""

import shutil
from pathlib import Path

from fer_wire import whole_files

from fer_agent.errors import StateError, UpdateError

DISK_MARGIN_BYTES = 16 * 1024 * 1024


def replace(path: Path, data: bytes) -> None:
    """Replace the file's content; raises StateError."""
    try:
        whole_files.write_whole(path, data)
    except OSError as error:
        raise StateError(f"Cannot write {path} ({error}); make room, or give another --state-dir.") from error


def copy(source: Path, target: Path) -> None:
    """Copy a file; raises StateError."""
    try:
        whole_files.copy_whole(source, target)
    except OSError as error:
        raise StateError(f"Cannot copy {source} to {target} ({error}); make room there.") from error


def keep(source: Path, target: Path) -> None:
    """Rename a file that something else wrote, once its content is on the disk; raises StateError."""
    try:
        whole_files.keep_whole(source, target)
    except OSError as error:
        raise StateError(f"Cannot keep {target} ({error}); make room, or give another --state-dir.") from error


def room_for(size_bytes: int, folder: Path) -> None:
    """Raises UpdateError when the disk has no room for so many bytes and a margin for the spool."""
    free_bytes = shutil.disk_usage(str(folder)).free
    if free_bytes < size_bytes + DISK_MARGIN_BYTES:
        raise UpdateError(
            f"The disk of {folder} is full: {size_bytes / 1e6:.1f} MB are to come and "
            f"{DISK_MARGIN_BYTES / 1e6:.0f} MB must stay free, but only {free_bytes / 1e6:.1f} MB are. Make room."
        )
