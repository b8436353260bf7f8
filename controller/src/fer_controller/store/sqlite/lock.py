"""One controller per database: a lock file that the kernel releases however the controller ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fer_controller.errors import StoreError


@contextmanager
def exclusive(db: Path) -> Iterator[None]:
    """Hold the lock in the block; raises StoreError when another process holds it."""
    lock = _held(db)
    try:
        yield
    finally:
        # The file stays, because removing it would let two processes hold it.
        os.close(lock)


def _held(db: Path) -> int:
    path = db.with_name(db.name + ".lock")
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StoreError(
            f"{path} cannot be opened: {error.strerror}; check that its folder exists and is writable."
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = os.pread(lock, 20, 0).decode("ascii", "replace").strip()
        os.close(lock)
        raise StoreError(
            f"Another fer-controller serves {db} (pid {holder or 'unknown'}); stop it, or name another file with --db."
        ) from error
    with suppress(OSError):  # on a full disk it holds all the same, without a name
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    return lock
