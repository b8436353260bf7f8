"""Files that appear whole or not at all: written beside their place, made durable, then moved there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

PARTIAL = ".partial"
SHARED = 0o644


@contextmanager
def written_whole(path: Path, mode: int = SHARED, *, replace: bool = True) -> Iterator[BinaryIO]:
    """A file to fill, which takes its place when the block ends well; without replace, raises FileExistsError."""
    partial = path.with_name(f".{path.name}.{os.getpid()}{PARTIAL}")
    partial.unlink(missing_ok=True)
    fd = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(fd, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if replace:
            partial.replace(path)
        else:
            path.hardlink_to(partial)
        _make_durable(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def _make_durable(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
