"""For how long the broker has owed an answer to what it was sent."""

import threading
import time
from typing import Callable, Set

SUBSCRIPTIONS = 0
"""In place of their message id; no message has this one."""


class Debt:
    """Knows what is not answered yet; any thread may tell of it, and of an answer before its message."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._owed: Set[int] = set()
        self._unconfirmed: Set[int] = set()
        self._early: Set[int] = set()
        self._since = 0.0

    def begin(self) -> None:
        """A new connection asks for its subscriptions, and for nothing else yet."""
        with self._lock:
            self._owed, self._unconfirmed, self._early = {SUBSCRIPTIONS}, set(), set()
            self._since = self._clock()

    def asked(self, message_id: int, qos: int) -> None:
        """A message left; of one with QoS 0 only our own machine tells that it left."""
        with self._lock:
            is_new = message_id not in self._early
            self._early.discard(message_id)
            if qos and not (is_new and self._owed):
                self._since = self._clock()
            if is_new:
                (self._owed if qos else self._unconfirmed).add(message_id)

    def answered(self, message_id: int) -> None:
        """The broker answered a message, or one with QoS 0 left."""
        with self._lock:
            if message_id in self._owed:
                self._owed.remove(message_id)
                self._since = self._clock()
            elif message_id in self._unconfirmed:
                self._unconfirmed.remove(message_id)
            else:
                self._early.add(message_id)

    @property
    def age_s(self) -> float:
        """Since when it has answered nothing, though there is something to answer; 0 where there is not."""
        with self._lock:
            return self._clock() - self._since if self._owed else 0.0
