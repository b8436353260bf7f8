"""A wire between two programs of this machine that a test can cut: nothing passes then, and neither end is told."""

import socket
import struct
from collections.abc import Iterable
from contextlib import suppress
from threading import Event, Thread

CHUNK_BYTES = 65_536
RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER's value by which close() resets the connection."""


class Wire:
    """Carries connections to a port of the loopback, from another one."""

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=200)
        self.port = int(self._listener.getsockname()[1])
        self._whole, self._answers = Event(), Event()
        self._whole.set()
        self._answers.set()
        self._ends: list[socket.socket] = []
        Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """What is sent from now on waits, as in a network that loses every packet."""
        self._whole.clear()

    def hold_answers(self) -> None:
        """What is asked from now on arrives, and the answers wait."""
        self._answers.clear()

    def mend(self) -> None:
        """All that waited arrives."""
        self._whole.set()
        self._answers.set()

    def drop(self) -> None:
        """End all connections; what waited never arrives."""
        for each in self._ends:
            _hang_up(each)
        self._ends.clear()
        self.mend()

    def close(self) -> None:
        """Drop it with all that it carries."""
        _hang_up(self._listener)
        self.drop()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                Thread(target=self._connect, args=(near,), daemon=True).start()

    def _connect(self, near: socket.socket) -> None:
        self._whole.wait()
        try:
            far = socket.create_connection(("127.0.0.1", self._to_port))
        except OSError:
            near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            near.close()
            return
        self._ends += [near, far]
        for each in (near, far):
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        Thread(target=self._carry, args=(near, far, self._whole), daemon=True).start()
        self._carry(far, near, self._whole, self._answers)

    def _carry(self, source: socket.socket, sink: socket.socket, *open_: Event) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK_BYTES):
                _wait(open_)
                sink.sendall(data)
        _wait(open_)
        _hang_up(sink)


def _wait(events: Iterable[Event]) -> None:
    for each in events:
        each.wait()


def _hang_up(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
