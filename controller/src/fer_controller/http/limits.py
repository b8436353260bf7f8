"""How many downloads run at once, and how fast they are together."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fer_controller.http.shares import Shares

BODY_BYTES = 64 * 1024
"""More than any request needs; bodies are read before the sender is known."""
CHUNK_BYTES = 128 * 1024
SMALLEST_CHUNK_BYTES = 4096
BYTES_OF_MEGABYTE = 1_000_000


class Downloads:
    """Allows a number of downloads at once, and paces their bytes through one bucket."""

    def __init__(
        self,
        most: int,
        max_mbytes_s: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._most = most
        self._bytes_s = max_mbytes_s * BYTES_OF_MEGABYTE
        self._clock, self._sleep = clock, sleep
        self._shares = Shares(most)
        self._free_at_s = float("-inf")

    @property
    def chunk_bytes(self) -> int:
        """So small that at full load each download moves about once a second."""
        if not self._bytes_s:
            return CHUNK_BYTES
        return max(SMALLEST_CHUNK_BYTES, min(CHUNK_BYTES, int(self._bytes_s / self._most)))

    def admitted(self, holder: str = "") -> AbstractContextManager[bool]:
        """Whether one more of this holder may run; if so, it runs until the block ends."""
        return self._shares.admitted(holder)

    async def take(self, size_bytes: int) -> None:
        """Wait until this many bytes may be sent."""
        if not self._bytes_s:
            return
        now_s = self._clock()
        turn_s = max(self._free_at_s, now_s)
        self._free_at_s = turn_s + size_bytes / self._bytes_s
        if turn_s > now_s:
            await self._sleep(turn_s - now_s)


class BodyLimit:
    """An ASGI application that reads a limited number of bytes of a request; raises HTTPException (413)."""

    def __init__(self, app: ASGIApp, most_bytes: int = BODY_BYTES) -> None:
        self._app, self._most_bytes = app, most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, and count the bytes."""
        heard_bytes = 0

        async def counted() -> Message:
            nonlocal heard_bytes
            message = await receive()
            heard_bytes += len(message.get("body", b""))
            if heard_bytes > self._most_bytes:
                raise HTTPException(413, f"The request is larger than {self._most_bytes} bytes.")
            return message

        await self._app(scope, counted, send)
