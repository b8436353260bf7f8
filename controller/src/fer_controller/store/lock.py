"""One controller a database: a lock on the file beside it, which the kernel lets go however the controller ends."""

import fcntl
import os
from pathlib import Path

from fer_controller.errors import StoreError


class Lock:
    """Held from here until release(); raises StoreError when another process holds it."""

    def __init__(self, db: Path) -> None:
        self._path = db.with_name(db.name + ".lock")
        try:
            self._fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise StoreError(
                f"{self._path} cannot be opened: {error.strerror}; is its folder there and ours?"
            ) from error
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(self._fd, 20, 0).decode("ascii", "replace").strip()
            os.close(self._fd)
            raise StoreError(
                f"Another fer-controller serves {db} (pid {holder or 'unknown'}); "
                "stop it, or name another file with --db."
            ) from error
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let it go; the file stays, because removing it would let two hold it."""
        os.close(self._fd)
