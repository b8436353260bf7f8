"""HTTP/1.1 on one socket, behind the doors; only this file imports uvicorn."""

import asyncio
import signal
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from fer_controller.http.doors import Doors, Visit
from fer_controller.http.own_certificate import OwnCertificate
from fer_controller.http.shown import STATE, shown
from fer_controller.settings import HttpSettings

GRACE_S = 2
TICKS_A_SWEEP, TICKS_A_LOOK = 10, 100
LOGGER, FAULT = "uvicorn.error", "Exception in ASGI application"
SEVERED = "ASGI callable returned without completing response."


class Server(uvicorn.Server):
    """Ends with its lifeline, not when a service manager signals the whole group: the controller ends first."""

    def __init__(self, http: HttpSettings, app: Any, listener: socket.socket, doors: Doors) -> None:
        super().__init__(_config(http, app))
        self._listener, self._doors, self._certificate = listener, doors, OwnCertificate(http)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Ignore SIGINT and SIGTERM."""
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_IGN)
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002 - there is one
        """Begin to accept."""
        await super().startup(sockets=[])
        self._attending = asyncio.create_task(self._doors.attend(self._listener, self._guest, self.config.ssl))

    async def on_tick(self, counter: int) -> bool:
        """End who is late, and look for a renewed certificate; raises what ended the accepting."""
        if counter % TICKS_A_LOOK == 0:
            self._certificate.refresh(self.config.ssl)
        if counter % TICKS_A_SWEEP == 0:
            self._doors.sweep()
        if self._attending.done():
            self._attending.result()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept no more, and let what is under way end."""
        self._attending.cancel()
        await asyncio.wait([self._attending])
        self._listener.close()
        await super().shutdown(sockets)

    def _guest(self, visit: Visit) -> H11Protocol:
        return _Guest(visit, self._doors, self)


class _Guest(H11Protocol):
    """Speaks HTTP with one visit."""

    def __init__(self, visit: Visit, doors: Doors, server: Server) -> None:
        super().__init__(server.config, server.server_state, server.lifespan.state)
        self._visit, self._doors = visit, doors

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """What the peer showed at the handshake holds for all of its requests."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, STATE: shown(transport.get_extra_info("ssl_object"))}

    @property
    def waits(self) -> bool:
        """Whether the peer owes a request, or the rest of one."""
        return self.cycle is None or self.cycle.more_body or self.cycle.response_complete

    def on_response_complete(self) -> None:
        """The next request may come."""
        self._doors.answered(self._visit)
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        super().connection_lost(exc)
        self._visit.over.set()


def _config(http: HttpSettings, app: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        ssl_certfile=http.cert_file,
        ssl_keyfile=http.key_file,
        ssl_ca_certs=str(http.client_ca_file) if http.client_ca_file else None,
        ssl_cert_reqs=ssl.CERT_OPTIONAL if http.client_ca_file else ssl.CERT_NONE,
        timeout_graceful_shutdown=GRACE_S,
    )
