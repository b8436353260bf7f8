"""Many connections in one thread: one epoll over all of them; only dialling, which blocks, has threads of its own."""

import os
import random
import select
import time
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Lock
from typing import Protocol

from fer_wire.broker import BrokerConnection

from fer_simulator.clock import Timers

DIALERS = 16
LOOK_AFTER_S = 1.0
LOOK_AGAIN_S = 30.0
READY_AT_ONCE = 512


class Connection(Protocol):
    """One of the many."""

    def dial(self, number: int) -> str:
        """Connect, and wait for it; returns what is wrong, if anything. Called from a thread for dialling."""

    def dialed(self, number: int, error: str) -> None:
        """Go on after dialling."""

    def serve(self, *, readable: bool) -> None:
        """Read what is there, and write what waits."""

    def write(self) -> None:
        """Write what waits."""

    def look_after(self) -> None:
        """Called every second while it is open."""

    def cut(self) -> None:
        """Drop it without a word."""


class Connections:
    """All connections of the process; for one thread, but for wake()."""

    def __init__(self, settings: BrokerConnection, timers: Timers, seed: int) -> None:
        self.settings, self.timers = settings, timers
        self.dice = random.Random(f"{seed}/links")  # noqa: S311  # jitter, no secret
        self.knows_mqtt5 = True
        self.last_error = ""
        self.losses: Counter[str] = Counter()
        self.up = 0
        self._looking = Lock()
        self._sights: dict[str, tuple[float, str]] = {}
        self._epoll = select.epoll()
        self._bell = os.eventfd(0, os.EFD_NONBLOCK)
        self._epoll.register(self._bell, select.EPOLLIN)
        self._dialers = ThreadPoolExecutor(DIALERS, "dial")
        self._dialed: deque[tuple[Connection, int, str]] = deque()
        self._by_fd: dict[int, Connection] = {}
        self._unsent: set[Connection] = set()
        timers.later(LOOK_AFTER_S, self._look_after)

    def wake(self) -> None:
        """End the wait of turn(); from any thread."""
        os.eventfd_write(self._bell, 1)

    def turn(self, timeout_s: float) -> None:
        """Wait for traffic, read what is there, and write what waits."""
        self._flush()
        for fd, what in self._epoll.poll(timeout_s, READY_AT_ONCE):
            connection = self._by_fd.get(fd)
            if connection is not None:
                connection.serve(readable=bool(what & ~select.EPOLLOUT))
            elif fd == self._bell:
                os.eventfd_read(fd)
        while self._dialed:
            connection, number, error = self._dialed.popleft()
            connection.dialed(number, error)
        self._flush()

    def close(self, *, wait: bool) -> None:
        """Give everything back, with wait also the threads that dial; links that are still open are cut."""
        for connection in list(self._by_fd.values()):
            connection.cut()
        self._dialers.shutdown(wait=wait, cancel_futures=True)
        if wait:  # a thread that still dials rings the bell
            self._epoll.close()
            os.close(self._bell)

    def dial(self, connection: Connection, number: int) -> None:
        """Let it connect in a thread, and go on in this one."""
        self._dialers.submit(self._dial, connection, number)

    def watch(self, fd: int, connection: Connection) -> None:
        """Serve it when there is traffic."""
        self._by_fd[fd] = connection
        self._epoll.register(fd, select.EPOLLIN)

    def unwatch(self, fd: int, connection: Connection) -> None:
        """Forget it; its socket may be closed already."""
        self._unsent.discard(connection)
        if self._by_fd.get(fd) is connection:
            del self._by_fd[fd]
            with suppress(OSError):
                self._epoll.unregister(fd)

    def await_room(self, fd: int, *, wanted: bool) -> None:
        """Whether to serve it when the broker takes more."""
        self._epoll.modify(fd, select.EPOLLIN | select.EPOLLOUT if wanted else select.EPOLLIN)

    def to_write(self, connection: Connection) -> None:
        """Something waits there."""
        self._unsent.add(connection)

    def _dial(self, connection: Connection, number: int) -> None:
        try:
            error = connection.dial(number)
        except (OSError, ValueError) as reason:
            error = self._told(reason)
        self._dialed.append((connection, number, error))
        self.wake()

    def why_cut(self, settings: BrokerConnection) -> str:
        """Whether the broker hangs up on this connection for TLS, and what mends it; from a thread for dialling."""
        return self._seen("", settings.tls.why_cut)

    def _told(self, reason: Exception) -> str:
        why = self._seen(repr(reason), lambda: self.settings.tls.explained(reason))
        return why or f"cannot be reached ({getattr(reason, 'strerror', None) or str(reason) or 'no answer'})"

    def _seen(self, case: str, look: Callable[[], str]) -> str:
        """One thread looks for all that fail alike, and what it saw holds a while."""
        with self._looking:
            until_s, found = self._sights.get(case, (0.0, ""))
            if time.monotonic() > until_s:
                found = look()
                self._sights = {**self._sights, case: (time.monotonic() + LOOK_AGAIN_S, found)}
            return found

    def _flush(self) -> None:
        while self._unsent:
            self._unsent.pop().write()

    def _look_after(self) -> None:
        for connection in list(self._by_fd.values()):
            connection.look_after()
        self.timers.later(LOOK_AFTER_S, self._look_after)
