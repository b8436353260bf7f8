"""Processes of one controller, each with a part of the work, that a test kills, pauses and starts again."""

import os
import re
import signal
from pathlib import Path

from controller_process import PATIENCE_S, eventually
from fer_controller.settings import DbPlace, PostgresUrl
from fer_controller.settings.postgresql import written
from forked import Child, Forked
from real_postgres import rows_of

HOLDER = re.compile(r"pid (\d+)")


class RoleProcess:
    """`fer-controller serve --role ROLE`."""

    _process: Child | None

    def __init__(self, folder: Path, name: str, place: DbPlace, role: str, *options: str) -> None:
        self.name, self.role, self.log_file = name, role, folder / f"{name}.log"
        self._command = ["fer-controller", "serve", "--db", written(place), "--role", role, *options]
        self._process = None

    @property
    def pid(self) -> int:
        """Of the process that runs now."""
        assert self._process is not None
        return self._process.pid

    @property
    def runs(self) -> bool:
        """Whether it was started, and not killed or stopped since."""
        return self._process is not None

    def start(self) -> None:
        """Run it; it may not be connected yet."""
        self._process = Forked(*self._command, out=self.log_file, err=self.log_file)

    def until_it_says(self, words: str) -> None:
        """Run it and return when it has said this once more than before."""
        before = self.log().count(words)
        self.start()
        eventually(lambda: self.log().count(words) > before, f"{self.name} says {words!r}: {self.log()[-2000:]}")

    def kill(self) -> None:
        """SIGKILL; nothing happens when it does not run."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait(PATIENCE_S)
            self._process = None

    def stop(self) -> int:
        """SIGTERM; returns the exit status."""
        assert self._process is not None
        process, self._process = self._process, None
        process.send_signal(signal.SIGTERM)
        return process.wait(PATIENCE_S)

    def pause(self) -> None:
        """It stands still, with all of its connections open."""
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """It wakes up, and does not know how long it was away."""
        os.kill(self.pid, signal.SIGCONT)

    def log(self) -> str:
        """All that it said."""
        return self.log_file.read_text() if self.log_file.exists() else ""


def leader(place: PostgresUrl, post: str) -> int:
    """The pid of the process that holds a post; 0 while none does."""
    found = rows_of(place, f"SELECT holder FROM leases WHERE name = '{post}' AND expires_at > now()")  # noqa: S608
    said = HOLDER.search(found[0][0]) if found else None
    return int(said[1]) if said else 0
