"""A list over HTTP, whole: read page by page, and sent as it is read."""

import asyncio
import logging
from collections.abc import Iterator
from itertools import chain
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import iterate_in_threadpool
from starlette.types import Receive, Scope, Send

from fer_controller.errors import ControllerError
from fer_controller.http import packing

STALLED_S = 60.0
log = logging.getLogger(__name__)


class ListResponse(Response):
    """Of the list no more than a page is held; where it cannot be read to its end, the connection is cut."""

    media_type = JSONResponse.media_type

    def __init__(self, request: Request, pages: Iterator[list[Any]]) -> None:
        """Reads the first page; raises ControllerError."""
        super().__init__(headers=dict(packing.VARY))
        del self.headers["content-length"]
        first = next(pages, None)
        self._request, self._pages = request, chain([first], pages) if first else iter(())

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send it; whoever gets a part of it can tell, because the answer does not end."""
        packer = packing.stream(self._request)
        self.headers.update(packer.headers)
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        try:
            async for text in iterate_in_threadpool(self._parts()):
                part = {"type": "http.response.body", "body": packer.part(text), "more_body": True}
                await asyncio.wait_for(send(part), STALLED_S)
        except (ControllerError, TimeoutError) as error:
            log.warning("%s broke off: %s", self._request.url.path, str(error) or "nobody reads it")
            return
        await send({"type": "http.response.body", "body": packer.end(), "more_body": False})

    def _parts(self) -> Iterator[bytes]:
        yield b"["
        for number, page in enumerate(self._pages):
            yield (b"," if number else b"") + bytes(JSONResponse(page).body)[1:-1]
        yield b"]"
