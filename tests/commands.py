"""Commands run in this process as if each were a program: what they print and say, and their exit status."""

import gc
import io
import logging
import os
import signal
import subprocess
import traceback
import warnings
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from functools import lru_cache
from typing import Callable, Iterator, Sequence

import typer

CRASHED = 1

# A program makes its tree of commands once, and here it would be made for each of thousands: most of what they cost.
typer.main.get_command = lru_cache(maxsize=None)(typer.main.get_command)


def ran(
    program: Callable[[Sequence[str]], int], arguments: Sequence[str], **environment: str
) -> "subprocess.CompletedProcess[str]":
    """Run one command to its end, with these variables in its environment.

    Importing a program costs seconds of every process of its own. Those remain where a process is what is tested:
    signals, kills, pipes, and the exit status of each console script.
    """
    out, err = io.StringIO(), io.StringIO()
    with _own_world(environment), redirect_stdout(out), redirect_stderr(err):
        try:
            status = program(arguments)
        except Exception:  # noqa: BLE001 - as Python ends a program
            traceback.print_exc()
            status = CRASHED
    return subprocess.CompletedProcess(list(arguments), status, out.getvalue(), err.getvalue())


@contextmanager
def _own_world(environment: "dict[str, str]") -> Iterator[None]:
    """Environment, logging and signal handlers are as they were when it ends."""
    before, root = dict(os.environ), logging.getLogger()
    handlers, level = root.handlers, root.level
    signals = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    os.environ.update(environment)
    root.handlers = []
    gc.freeze()
    try:
        with warnings.catch_warnings():
            # What a failed command leaves open goes with its process, or here with the garbage that it made.
            warnings.simplefilter("ignore", ResourceWarning)
            yield
            gc.collect()
    finally:
        gc.unfreeze()
        for number, handler in signals.items():
            signal.signal(number, handler)
        root.handlers = handlers
        root.setLevel(level)
        os.environ.clear()
        os.environ.update(before)
