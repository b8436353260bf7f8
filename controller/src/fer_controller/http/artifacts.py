"""A model's file over HTTP: whole or by Range, paced, never all of it in memory; through Starlette."""

import asyncio
import logging
import random
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.responses import FileResponse, JSONResponse
from starlette.types import Message, Receive, Scope, Send

from fer_controller.http.limits import Downloads

RETRY_AFTER_S = (1, 5)
STALLED_AFTER_S = 60.0
OCTETS = "application/octet-stream"
BYTES_UNIT = "bytes="
log = logging.getLogger(__name__)


class Stalled(Exception):  # noqa: N818 - what the other side did
    """The client does not read what we send."""


class ArtifactResponse(FileResponse):
    """Starlette's file response (Range, If-Range, 206, 416) under our limits; raises OSError if there is no such file.

    Holder is who asks; none has all places.

    The file of a hash never changes, so the hash is its strong ETag.
    """

    def __init__(self, path: Path, sha256: str, downloads: Downloads, holder: str = "") -> None:
        super().__init__(
            path,
            media_type=OCTETS,
            headers={"ETag": f'"{sha256}"'},
            stat_result=path.stat(),
        )
        self.chunk_size = downloads.chunk_bytes
        self._downloads, self._holder = downloads, holder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file, or answer 503 when there are too many downloads already."""
        if scope["method"] == "HEAD":
            await super().__call__(_without_range(scope), receive, send)
            return
        with self._downloads.admitted(self._holder) as admitted:
            if not admitted:
                await _too_many()(scope, receive, send)
                return
            try:
                await super().__call__(_with_range_of_bytes(scope), receive, self._paced(send))
            except Stalled:
                log.info("A download stalled for %.0f seconds and was cut off.", STALLED_AFTER_S)

    def _paced(self, send: Send) -> Send:
        async def paced(message: Message) -> None:
            await self._downloads.take(len(message.get("body", b"")))
            try:
                await asyncio.wait_for(send(message), STALLED_AFTER_S)
            except TimeoutError as error:
                raise Stalled from error

        return paced


def _with_range_of_bytes(scope: Scope) -> Scope:
    """The request without a Range in an unknown unit, which is to be ignored (RFC 9110, 14.2)."""
    wanted = MutableHeaders(scope=scope).get("range", BYTES_UNIT)
    return scope if wanted.lower().startswith(BYTES_UNIT) else _without_range(scope)


def _without_range(scope: Scope) -> Scope:
    return {**scope, "headers": [(name, value) for name, value in scope["headers"] if name != b"range"]}


def _too_many() -> JSONResponse:
    # At random, so that clients that were turned away do not all return at once.
    retry_after_s = random.randint(*RETRY_AFTER_S)  # noqa: S311
    return JSONResponse(
        {"detail": f"Too many downloads are running; try again in {retry_after_s} seconds."},
        status_code=503,
        headers={"Retry-After": str(retry_after_s)},
    )
