"""Who comes in: so many connections, each with deadlines, and room for others whatever one peer does.

What waits for the rest of its request makes way for who comes later; what is being answered does not. Connections are
counted from the moment they are accepted, so that a TLS handshake without end is one, too.
"""

import asyncio
import errno
import logging
import resource
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from ipaddress import IPv6Address, ip_address
from typing import Any, Protocol

from fer_controller.http.shares import Shares

REQUEST_S = 20.0
"""For a TLS handshake; for a whole request, headers and body, from when the connection waits for it."""
STALLED_S = 60.0
"""An answer of which nothing was taken for so long is given up."""
GOODBYE_S = 5.0
SITE_BITS = 64
PAUSE_S = 0.1
OTHER_FILES = 256
"""Database, log, pipes."""
EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
log = logging.getLogger(__name__)


class Conversation(Protocol):
    """What speaks HTTP over a connection."""

    waits: bool
    """Whether the peer owes a request, or the rest of one."""


class Visit:
    """One connection, from when it is accepted until it is closed."""

    def __init__(self, connection: socket.socket, peer: str, now_s: float) -> None:
        self.connection, self.peer, self.since_s = connection, peer, now_s
        self.conversation: Conversation | None = None
        self.transport: asyncio.Transport | None = None
        self.over = asyncio.Event()
        self._unsent_bytes, self._moved_s = 0, now_s

    @property
    def waits(self) -> bool:
        """Whether we wait for its peer; before a conversation there is the handshake."""
        return self.conversation is None or self.conversation.waits

    def is_late(self, now_s: float) -> bool:
        """Whether a request is not whole in time, or nothing of an answer was taken for long; asked regularly."""
        unsent_bytes = self.transport.get_write_buffer_size() if self.transport else 0
        if not unsent_bytes or unsent_bytes != self._unsent_bytes:
            self._unsent_bytes, self._moved_s = unsent_bytes, now_s
        return now_s - self._moved_s > STALLED_S or (self.waits and now_s - self.since_s > REQUEST_S)

    def cut(self) -> None:
        """End it at once, in whatever it is; what serves it notices."""
        if self.transport is not None:
            self.transport.abort()
            return
        with suppress(OSError):  # it has ended already
            self.connection.shutdown(socket.SHUT_RDWR)


class Doors:
    """Accepts connections and ends those that are late; for one event loop."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._shares, self._clock = Shares(most), clock
        self._visits: dict[str, dict[Visit, None]] = {}
        self._hosting: set[asyncio.Task[None]] = set()

    async def attend(
        self, listener: socket.socket, guest: Callable[[Visit], Any], tls: ssl.SSLContext | None = None
    ) -> None:
        """Accept until canceled; guest makes the asyncio protocol of a visit, which tells when it is over."""
        listener.setblocking(False)
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, address = await loop.sock_accept(listener)
            except OSError as error:
                if error.errno in EXHAUSTED:
                    log.warning("No connection can be accepted (%s); one that waits is closed.", error.strerror)
                    self._make_way("")
                    await asyncio.sleep(PAUSE_S)
                continue
            visit = self.admit(connection, site(address[0]))
            if visit is not None:
                hosting = loop.create_task(self._host(visit, guest, tls))
                self._hosting.add(hosting)
                hosting.add_done_callback(self._hosting.discard)
            await asyncio.sleep(0)  # sock_accept does not yield while there are connections to accept

    def admit(self, connection: socket.socket, peer: str) -> Visit | None:
        """The visit, for which others that wait may have made way; None, and it is closed, when there is no room."""
        while not self._shares.has_room(peer):
            if not self._make_way(peer):
                connection.close()
                return None
        visit = Visit(connection, peer, self._clock())
        self._shares.take(peer)
        self._visits.setdefault(peer, {})[visit] = None
        return visit

    def sweep(self) -> None:
        """End who is late."""
        now_s = self._clock()
        for visit in [each for visits in self._visits.values() for each in visits if each.is_late(now_s)]:
            self._end(visit)

    def answered(self, visit: Visit) -> None:
        """It waits for another request from now on."""
        visit.since_s = self._clock()

    def _make_way(self, peer: str) -> bool:
        """End the longest wait of whoever has the most connections, or else of the peer itself."""
        for holder in (self._shares.greediest, peer):
            for visit in self._visits.get(holder, ()):
                if visit.waits:
                    self._end(visit)
                    return True
        return False

    async def _host(self, visit: Visit, guest: Callable[[Visit], Any], tls: ssl.SSLContext | None) -> None:
        limits = {"ssl_handshake_timeout": REQUEST_S, "ssl_shutdown_timeout": GOODBYE_S} if tls else {}
        try:
            visit.transport, visit.conversation = await asyncio.get_running_loop().connect_accepted_socket(
                lambda: guest(visit), visit.connection, ssl=tls, **limits
            )
            await visit.over.wait()
        except OSError as error:  # of the handshake; the peer is told by its library
            log.debug("A connection of %s ended: %s", visit.peer, error)
        finally:
            self._forget(visit)

    def _end(self, visit: Visit) -> None:
        self._forget(visit)
        visit.cut()

    def _forget(self, visit: Visit) -> None:
        visits = self._visits.get(visit.peer, {})
        if visit in visits:
            del visits[visit]
            self._shares.leave(visit.peer)
        if not visits:
            self._visits.pop(visit.peer, None)


def site(host: str) -> str:
    """Whom an address belongs to: of IPv6 the network, for one peer has all of its addresses."""
    address = ip_address(host.partition("%")[0])
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        bits = address.max_prefixlen - SITE_BITS
        return str(IPv6Address(int(address) >> bits << bits))
    return str(address)


def that_fit(most: int, downloads: int) -> int:
    """How many connections there can be with this system's limit of open files, which is raised if need be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = most + downloads + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        most = max(2, min(most, soft - downloads - OTHER_FILES))
    return most
