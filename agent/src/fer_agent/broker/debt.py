"""For how long the broker has owed an answer to what it was sent."""

import threading
import time
from typing import Callable


class Debt:
    """Counts messages and answers; any thread may tell of either, and an answer may be told before its message."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._owed, self._since = 0, 0.0

    def begin(self) -> None:
        """A new connection asks for its subscriptions, and for nothing else yet."""
        with self._lock:
            self._owed, self._since = 1, self._clock()

    def asked(self) -> None:
        """A message left."""
        with self._lock:
            if self._owed == 0:
                self._since = self._clock()
            self._owed += 1

    def answered(self) -> None:
        """The broker answered one of them."""
        with self._lock:
            self._owed, self._since = self._owed - 1, self._clock()

    @property
    def age_s(self) -> float:
        """Since when it has answered nothing, though there is something to answer; 0 where there is not."""
        with self._lock:
            return self._clock() - self._since if self._owed > 0 else 0.0
