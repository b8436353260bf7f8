"""Small packets leave a socket together, on systems that support it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def corked(sock: Any) -> Iterator[None]:
    """Data written inside leaves at the end, in as few segments as possible (tcp(7), TCP_CORK)."""
    _cork(sock, on=True)
    try:
        yield
    finally:
        _cork(sock, on=False)


def _cork(sock: Any, *, on: bool) -> None:
    if hasattr(socket, "TCP_CORK") and sock.fileno() >= 0:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, int(on))
