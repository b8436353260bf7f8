"""How a run ends: a first signal asks for the end, and what that waits for is counted down; a second ends at once."""

import logging
import sys
import threading
import time
from typing import Callable

from fer_agent.host import systemd

log = logging.getLogger(__name__)

ONE_PRESS_S = 0.3
"""A terminal and a program that passes signals on may both deliver the same Ctrl-C."""
SAID_EVERY_S = 5.0
SPARE_S = 15.0
"""What an end may take beyond what it counts down: threads, goodbyes."""


class EndAtOnce(BaseException):
    """The end was asked for a second time; no fault, and nothing that a handler of faults may catch."""


class Requests:
    """Counts how often the end was asked for."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._first_at = clock, float("inf")
        self._asked = threading.Event()
        self.restarts = False
        """Whether the process is to be started again."""

    def ask(self) -> None:
        """For a signal handler in the main thread; the second time it raises EndAtOnce there."""
        if not self._asked.is_set():
            self._first_at = self._clock()
            self._asked.set()
        elif self._clock() - self._first_at >= ONE_PRESS_S:
            raise EndAtOnce

    def ask_for_restart(self) -> None:
        """From any thread: end in order, to be started again; where the end was asked for before, that holds."""
        if not self._asked.is_set():
            self.restarts = True
            self._first_at = self._clock()
            self._asked.set()

    def end_begins(self) -> None:
        """It ends by itself: from now on the first signal ends at once."""
        if not self._asked.is_set():
            self._first_at = float("-inf")
            self._asked.set()

    def wait(self, timeout_s: float) -> bool:
        """Whether the end was asked for, or is within this time."""
        return self._asked.wait(timeout_s)


class Countdown:
    """Says what the end waits for, at first in full and then every five seconds; systemd is told, too."""

    def __init__(self, why: Callable[[], str]) -> None:
        self._why, self._next_s = why, float("inf")

    def __call__(self, events: int, left_s: float) -> None:
        """So many events wait, and so much time is left for them."""
        if left_s > self._next_s:
            return
        first, self._next_s = self._next_s == float("inf"), left_s - SAID_EVERY_S
        sentence = f"Events that wait in the spool: {events}; {left_s:.0f} s left to send them."
        if first:
            sentence = f"Ending. {sentence} {self._why()} {_signal()} now ends at once, and they stay there."
        log.info("%s", sentence)
        systemd.notify(f"{systemd.STATUS}{sentence}\n{systemd.EXTEND_TIMEOUT_US}{int((left_s + SPARE_S) * 1e6)}")


def _signal() -> str:
    return "Ctrl-C" if sys.stderr.isatty() else "SIGTERM or SIGINT"
