"""The controller's HTTP server, which takes any bytes from anybody who reaches it."""

import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import requests
from fer_controller.desk import access
from fer_controller.operations import OPERATIONS
from fer_controller.operations.operation import GET
from fer_controller.store.credentials import records
from served_fleet import OPERATOR, ServedFleet

TOKEN = b"@TOKEN@"
TIMEOUT_S = 30
STATUS = re.compile(rb"HTTP/1\.1 (\d{3})")
IN_PATH = {
    "command": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "device": "nano-01",
    "model": "tiny@1.0.0",
    "rollout": "newest",
    "operator": "bob",
    "day": "2026-01-31",
    "alert": "1",
    "silence": "1",
    "test": "1",
}
BODIES = {
    "relabel": '{"devices": ["orin-01"], "labels": ["room=2"], "remove": ["x"], "release": true}',
    "deploy": '{"precision": "fp32", "selector": "site=lab", "waves": "1,100%", "soak": "1s", "gates": ["fps>=0.9x"]}',
    "order": '{"order": "pause"}',
    "command": '{"kind": "logs", "holds_s": 60}',
    "silence": '{"rule": "offline", "selector": "site=lab", "for_s": 60, "reason": "moved"}',
    "add_operator": '{"operator": "bob", "role": "viewer", "selector": "site=lab", "replace": true}',
}
"""Of operations that have to be asked for something."""


class Http:
    """A request is answered or refused: never 500, and the server lives on."""

    name = "http"

    def __init__(self, folder: Path) -> None:
        self._fleet = ServedFleet(folder)

    def __enter__(self) -> Self:
        self._fleet.__enter__()
        assert self._health()
        self._pid = self._child()
        return self

    def __exit__(self, *_: object) -> None:
        try:
            assert self._health()
            assert self._child() == self._pid, "the server ended and was begun again"
        finally:
            self._fleet.__exit__()

    def made(self) -> Iterator[bytes]:
        for each in OPERATIONS:
            path = each.path.format(**IN_PATH)
            if each.method == GET:
                yield _request(GET, f"{path}?limit=3&device=nano-01&per=minute&since=10m&after_id=1")
            else:
                yield _request(each.method, path, BODIES.get(each.name, "{}"))
        for path in ("/", "/metrics", "/v1/openapi.json", f"/v1/artifacts/{'0' * 64}", "/dashboard/app.js"):
            yield _request(GET, path)

    def check(self, payload: bytes) -> None:
        answer = self._answer(payload.replace(TOKEN, self._fleet.token.encode()))
        statuses = [int(status) for status in STATUS.findall(answer)]
        assert 500 not in statuses, answer[:500]
        if 401 in statuses and TOKEN in payload:
            self._let_in_again()

    def _answer(self, request: bytes) -> bytes:
        """Everything that is answered until the server closes."""
        with socket.create_connection(("127.0.0.1", self._fleet.process.port), TIMEOUT_S) as asking:
            try:
                asking.sendall(request)
                asking.shutdown(socket.SHUT_WR)
                return b"".join(iter(lambda: asking.recv(65_536), b""))
            except ConnectionError:  # It has heard enough.
                return b""

    def _let_in_again(self) -> None:
        """A request may have voided the token that it came with."""
        made = access.make(self._fleet.operators, OPERATOR, records.ADMIN, datetime.now(UTC), replace=True)
        self._fleet.token = made.token

    def _health(self) -> bool:
        return requests.get(f"{self._fleet.url}/v1/health", timeout=TIMEOUT_S).ok

    def _child(self) -> Any:
        child = self._fleet.process._child
        assert child is not None
        return child.pid


def _request(method: str, path: str, body: str = "") -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer @TOKEN@\r\nConnection: close\r\n"
    length = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
    return f"{head}{length}\r\n{body}".encode()
