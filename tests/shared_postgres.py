"""One PostgreSQL server for all processes of a run of the tests, which ends with the last of them, however they end.

Each process shares a lock on a file for as long as it lives. A process that keeps the server waits for that lock alone.
"""

import fcntl
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

from real_postgres import START_TIMEOUT_S, Postgres, running

USERS, STARTING, PORT, SAID = "postgres.users", "postgres.starting", "postgres.port", "postgres.log"


@contextmanager
def shared(folder: Path) -> Iterator[Postgres]:
    """The server of the run that has this folder; whoever asks first starts it."""
    with (folder / USERS).open("a") as users, (folder / STARTING).open("a") as starting:
        fcntl.flock(users, fcntl.LOCK_SH)
        fcntl.flock(starting, fcntl.LOCK_EX)
        if not (folder / PORT).exists():
            _start(folder)
        fcntl.flock(starting, fcntl.LOCK_UN)
        yield Postgres(int((folder / PORT).read_text()))


def keep(folder: Path) -> None:
    """Run a server until no process shares the lock any more."""
    with (folder / USERS).open("a") as users, running() as server:
        server.database()
        (folder / "port").write_text(str(server.port))
        (folder / "port").rename(folder / PORT)
        fcntl.flock(users, fcntl.LOCK_EX)
        (folder / PORT).unlink(missing_ok=True)  # a run that passed has removed its folder


def _start(folder: Path) -> None:
    with (folder / SAID).open("a") as said:
        # In a session of its own, so that Ctrl-C reaches the tests alone.
        subprocess.run(
            [sys.executable, __file__, folder], stdout=said, stderr=said, start_new_session=True, check=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
        )  # fmt: skip
    until_s = time.monotonic() + START_TIMEOUT_S
    while not (folder / PORT).exists():
        assert time.monotonic() < until_s, (folder / SAID).read_text("utf-8", "replace")
        time.sleep(0.05)


if __name__ == "__main__" and not os.fork():
    keep(Path(sys.argv[1]))
