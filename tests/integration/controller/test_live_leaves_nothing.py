"""Connections that follow the fleet live, and come and go in every way: the process keeps nothing of them."""

import socket
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from controller_process import eventually
from served_fleet import ServedFleet

TIMEOUT_S = 30.0
FEW, MANY = 20, 150
MORE = 45
"""Threads and files of pools that have yet to grow to their size; what each connection left would be 150."""
MORE_BYTES = 10_000_000
"""Less than what 150 connections hold: a compressor, a quarter of a megabyte, and messages that wait."""
ASKED = "GET /v1/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nAccept-Encoding: gzip\r\n\r\n"
AT_ONCE = struct.pack("ii", 1, 0)


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[ServedFleet]:
    with ServedFleet(tmp_path, http={"max_live": 8}) as served:
        yield served


def connected(fleet: ServedFleet) -> socket.socket:
    """One that has been answered, and was given the place of one that has gone."""
    answered: list[socket.socket] = []

    def has_a_place() -> bool:
        link = socket.create_connection(("127.0.0.1", fleet.process.port), TIMEOUT_S)
        link.sendall(ASKED.format(fleet.token).encode())
        if link.recv(64).startswith(b"HTTP/1.1 200"):
            answered.append(link)
        else:
            link.close()
        return bool(answered)

    eventually(has_a_place, "a place")
    return answered[0]


def leave(link: socket.socket) -> None:
    link.close()


def leave_half(link: socket.socket) -> None:
    link.shutdown(socket.SHUT_WR)
    link.close()


def break_off(link: socket.socket) -> None:
    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
    link.close()


WAYS: tuple[Callable[[socket.socket], None], ...] = (leave, leave_half, break_off)


class Serving:
    """The process that answers, and what it holds."""

    def __init__(self, fleet: ServedFleet) -> None:
        connected(fleet).close()
        child = fleet.process._child
        assert child is not None
        self._process = psutil.Process(child.pid)

    def held(self) -> tuple[int, int]:
        """Threads and files."""
        return self._process.num_threads(), self._process.num_fds()

    def own_bytes(self) -> int:
        return int(self._process.memory_full_info().uss)


def come_and_go(fleet: ServedFleet, times: int) -> None:
    for number in range(times):
        WAYS[number % len(WAYS)](connected(fleet))


def test_connections_that_come_and_go_leave_no_thread_no_file_no_memory_and_no_place(fleet: ServedFleet) -> None:
    serving = Serving(fleet)
    come_and_go(fleet, FEW)
    before, before_bytes = serving.held(), serving.own_bytes()
    come_and_go(fleet, MANY)
    most = [count + MORE for count in before]
    eventually(lambda: all(count <= limit for count, limit in zip(serving.held(), most, strict=True)), f"{most}")
    assert serving.own_bytes() <= before_bytes + MORE_BYTES
