"""Processes of our programs, forked from one that has imported them: real to signals and kills, and quick to start."""

import multiprocessing
import os
import signal
import subprocess
import sys
from functools import lru_cache
from importlib import import_module
from multiprocessing import Pipe, forkserver
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Callable, Union

import pytest

PROGRAMS = {"fer-agent": "fer_agent.cli", "fer-controller": "fer_controller.cli"}


@lru_cache(maxsize=1)
def server(first: str = "forked_from") -> ForkServerContext:
    """The process that others are forked from, once it has imported a module; it ends with the process that tests."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([first])
    # The server looks for what it is to import where a fresh interpreter would.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parent), prepend=os.pathsep)
        forkserver.ensure_running()
    ready = context.Process(target=_nothing)
    ready.start()
    ready.join()
    return context


def _nothing() -> None:
    """What the first process does: when it has ended, everything is imported."""


class Piped:
    """A forked process that reads its standard input and writes its standard output through pipes of this one."""

    def __init__(
        self, context: ForkServerContext, target: Callable[..., None], *arguments: object, daemon: bool
    ) -> None:
        """The target is called with where it reads, where it writes, and the arguments."""
        reads, writing = Pipe(duplex=False)
        reading, writes = Pipe(duplex=False)
        with reads, writing, reading, writes:
            self.process = context.Process(target=target, args=(reads, writes, *arguments), daemon=daemon)
            self.process.start()
            self.stdin = os.fdopen(os.dup(writing.fileno()), "wb")
            self.stdout = os.fdopen(os.dup(reading.fileno()), "rb")


class Forked:
    """One run of a console script, with this process's environment and folder; a subset of subprocess.Popen."""

    def __init__(self, program: str, *arguments: str, out: Path, err: Path, **environment: str) -> None:
        """Both files are appended to; environment goes above that of this process."""
        for file in (out, err):
            file.touch()
        world = {**os.environ, **environment}
        self._process = server().Process(target=_main, args=(program, arguments, out, err, world), daemon=True)
        self._process.start()

    @property
    def pid(self) -> int:
        """Of the process."""
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> "int | None":
        """The exit status, minus the signal's number when one ended it; None while it runs."""
        return self._process.exitcode

    def wait(self, timeout_s: float) -> int:
        """Until it has ended; returns the exit status, and raises TimeoutExpired."""
        self._process.join(timeout_s)
        status = self.poll()
        if status is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout_s)
        return status

    def send_signal(self, number: signal.Signals) -> None:
        """Nothing happens when it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)


Child = Union[Forked, "subprocess.Popen[bytes]"]
Begin = Callable[..., Child]
"""Starts a console script: Forked, or own_process."""


def own_process(program: str, *arguments: str, out: Path, err: Path) -> "subprocess.Popen[bytes]":
    """The same from a fresh interpreter, whose memory is the program's alone: for benchmarks."""
    command = [str(Path(sys.executable).with_name(program)), *arguments]
    with out.open("ab") as printed, err.open("ab") as said:
        return subprocess.Popen(command, stdout=printed, stderr=said)


def _main(program: str, arguments: "tuple[str, ...]", out: Path, err: Path, environment: "dict[str, str]") -> None:
    os.environ.clear()
    os.environ.update(environment)
    for number, path in ((1, out), (2, err)):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(file, number)
        os.close(file)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - for the life of the process
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False, buffering=1)  # noqa: SIM115 - likewise
    sys.argv = [program, *arguments]
    import_module(PROGRAMS[program]).main()
