"""Files that are either complete or not there at all, whenever the program dies or the power fails.

A file is written beside its place, flushed to the disk, and then renamed. Every function raises OSError.
"""

import errno
import os
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Iterator

PARTIAL = ".partial"
CHUNK_BYTES = 1 << 20
READABLE_BY_ALL = 0o644


@contextmanager
def written_whole(path: Path, mode: int = READABLE_BY_ALL, *, replace: bool = True) -> Iterator[BinaryIO]:
    """A file to fill; it takes its place when the block ends without an error, and is durable from then on.

    Without replace it raises FileExistsError when the place is taken. Until then, whatever was there stays. A device,
    a pipe or a folder is never replaced.
    """
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is there, and is no file", str(path))
    partial = path.with_name(f".{path.name}.{os.getpid()}{PARTIAL}")
    partial.unlink(missing_ok=True)
    descriptor = os.open(str(partial), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if replace:
            move(partial, path)
        else:
            os.link(str(partial), str(path))
            _make_durable(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def write_whole(path: Path, data: bytes) -> None:
    """Replace the file's content."""
    with written_whole(path) as file:
        file.write(data)


def copy_whole(source: Path, target: Path) -> None:
    """Copy a file."""
    with source.open("rb") as original, written_whole(target) as file:
        for chunk in iter(lambda: original.read(CHUNK_BYTES), b""):
            file.write(chunk)


def keep_whole(source: Path, target: Path) -> None:
    """Rename a file that something else wrote, once its content is on the disk."""
    with source.open("rb") as file:
        os.fsync(file.fileno())
    move(source, target)


def move(source: Path, target: Path) -> None:
    """Rename within one file system, so that the new name survives a power cut."""
    source.replace(target)
    _make_durable(target.parent)


def remove_partial(folder: Path) -> None:
    """Delete what a process that died left half written; call it only while no other process writes there."""
    for left in folder.glob(f".*{PARTIAL}"):
        left.unlink(missing_ok=True)


def _make_durable(folder: Path) -> None:
    descriptor = os.open(str(folder), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
