"""How a command that runs on is ended: a first signal asks for it, a second one does not wait for anything."""

import os
import signal
import time
from collections.abc import Callable
from threading import Event, Thread
from types import FrameType

ONE_PRESS_S = 0.3
"""A terminal and a program that passes signals on may both deliver the same Ctrl-C."""
SAID_EVERY_S = 5
INTERRUPTED = 130
STDERR = 2


def say(sentence: str) -> None:
    """One line on stderr, past what a signal may have interrupted in the middle of writing there."""
    os.write(STDERR, f"{sentence}\n".encode())


def _interrupt() -> None:
    raise KeyboardInterrupt


def stop_on_signals(asked: Callable[[], object] = Event, asked_again: Callable[[], object] = _interrupt) -> Event:
    """An event that Ctrl-C and SIGTERM set; asked is called then, and asked_again at each further signal."""
    stop, first_s = Event(), 0.0

    def end(_signal: int, _frame: FrameType | None) -> None:
        nonlocal first_s
        if not stop.is_set():
            first_s = time.monotonic()
            stop.set()
            asked()
        elif time.monotonic() - first_s >= ONE_PRESS_S:
            asked_again()

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    return stop


def leave(status: int = INTERRUPTED) -> None:
    """End the process now, whatever its threads do; what is committed is on the disk."""
    os._exit(status)


def count(tell: Callable[[str], object], what: str) -> None:
    """Tell what the end waits for when it takes long, and again every five seconds until the process has ended."""

    def tick() -> None:
        waited_s = 0
        while True:
            time.sleep(SAID_EVERY_S)
            waited_s += SAID_EVERY_S
            tell(f"Ending for {waited_s} s now: {what} Ctrl-C now ends at once.")

    Thread(target=tick, name="ending", daemon=True).start()
