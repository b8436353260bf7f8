"""One holder a post and database: lock files that the kernel releases however their holder ends."""

import fcntl
import os
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Event

from fer_controller.errors import StoreError
from fer_controller.store.database import TIMEOUT_S
from fer_controller.store.posts import INGEST, POSTS, Work
from fer_controller.store.sqlite import file

ENDINGS = {INGEST: ".lock"}
"""Of the lock's name, where it is not the post's; controllers without posts held this one alone, for all they did."""


class LockedPost:
    """A post whose lock this process holds for as long as it runs."""

    def __init__(self, db: Path) -> None:
        self._db = db

    def attend(self, work: Work, ending: Event) -> None:
        """Do the work until ending is set."""
        with file.writer(self._db, timeout_s=TIMEOUT_S) as database:
            work(database, ending)


@contextmanager
def exclusive(db: Path, posts: Collection[str] = POSTS) -> Iterator[None]:
    """Hold these posts in the block; raises StoreError when another process holds one of them."""
    with ExitStack() as held:
        for post in posts:
            # The file stays, because removing it would let two processes hold it.
            held.callback(os.close, _held(db, post))
        yield


def _held(db: Path, post: str) -> int:
    path = db.with_name(db.name + ENDINGS.get(post, f".{post}.lock"))
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
            f"Another fer-controller serves {db} (pid {holder or 'unknown'}, {post}); stop it, or name another file "
            "with --db."
        ) from error
    with suppress(OSError):  # on a full disk it holds all the same, without a name
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    return lock
