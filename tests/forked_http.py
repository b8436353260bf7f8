"""The HTTP server's process, forked from one that has imported it: real to requests and signals, and quick to start."""

import os
import signal
import socket
import sys
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self

import forked
from fer_controller.http import process


def share() -> None:
    """From now on every HttpProcess of this process begins a forked one."""
    process._begun = ForkedHttp  # type: ignore[assignment]


class ForkedHttp:
    """One process that serves at a listening socket; a subset of subprocess.Popen."""

    def __init__(self, fd: int) -> None:
        with socket.socket(fileno=os.dup(fd)) as listener:
            piped = forked.Piped(forked.server(), _serve, listener, fd, daemon=True)
        self._process, self.stdin, self.stdout = piped.process, piped.stdin, piped.stdout

    @property
    def pid(self) -> int:
        """Of the process."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> "int | None":
        """The exit status, minus the signal's number when one ended it; None while it runs."""
        return self._process.exitcode

    def kill(self) -> None:
        """SIGKILL; nothing happens when it has ended."""
        if self.returncode is None:
            os.kill(self.pid, signal.SIGKILL)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: "type[BaseException] | None", _error: "BaseException | None", _trace: "TracebackType | None"
    ) -> None:
        self.stdin.close()
        self.stdout.close()
        self._process.join()


def _serve(
    task: "Connection[object, object]", words: "Connection[object, object]", listener: socket.socket, fd: int
) -> None:
    """Serve as `python -m fer_controller.http` does, with these for its input, its output and its socket."""
    from fer_controller.http.__main__ import main

    os.setsid()
    for file, number in ((task, 0), (words, 1), (words, 2), (listener, fd)):
        os.dup2(file.fileno(), number)
    for file in (task, words, listener):
        if file.fileno() != fd:
            file.close()
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - for the life of the process
    main()
