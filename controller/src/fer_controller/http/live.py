"""The fleet live: server-sent events over one connection, which ends where it is not read, and after a while anyway."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from fer_controller.errors import StoreError
from fer_controller.http import api, packing
from fer_controller.http.guards import Guards, holder
from fer_controller.http.shares import Shares
from fer_controller.http.watches import Listener, Watches
from fer_controller.store.credentials.records import VIEWER, Token

LIVE = "/v1/live"
EVENTS_OF_SERVER = "text/event-stream"
LASTS_S = 900.0
"""Then it ends, and the browser begins another: so a process that was started anew gets its share of them."""
BEAT_S, CHECK_S = 15.0, 1.0
STALLED_S = 20.0
BEAT = b": beat\n\n"
BEGIN = b"retry: 2000\n\n"
RETRY_AFTER_S = "10"
FULL = "Too many follow the fleet live already; ask for /v1/overview now and then, or try again later."


class LiveResponse(Response):
    """What a listener hears, for as long as it reads and is let in."""

    media_type = EVENTS_OF_SERVER

    def __init__(self, request: Request, caller: Token, watches: Watches, places: Shares, guards: Guards) -> None:
        super().__init__(headers={"X-Accel-Buffering": "no", **packing.VARY})
        del self.headers["content-length"]
        self._request, self._caller = request, caller
        self._watches, self._places, self._guards = watches, places, guards

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell, or answer 503 where there is no place."""
        with self._places.admitted(holder(self._request)) as admitted:
            if not admitted:
                full = JSONResponse({"detail": FULL}, 503, {"Retry-After": RETRY_AFTER_S})
                await full(scope, receive, send)
                return
            with self._watches.listening(self._caller.selector) as listener:
                telling = asyncio.ensure_future(self._tell(listener, send))
                leaving = asyncio.ensure_future(_gone(receive))
                try:
                    await asyncio.wait({telling, leaving}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    telling.cancel()
                    leaving.cancel()
                    await asyncio.gather(telling, leaving, return_exceptions=True)
                if not telling.cancelled():
                    telling.result()

    async def _tell(self, listener: Listener, send: Send) -> None:
        """Until canceled; before Python 3.12 asyncio.wait_for loses that when what it waits for comes at once, too."""
        packer = packing.stream(self._request)
        self.headers.update(packer.headers)
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        try:
            async for text in self._heard(listener):
                part = {"type": "http.response.body", "body": packer.part(text), "more_body": True}
                async with asyncio.timeout(STALLED_S):
                    await send(part)
        except TimeoutError:
            return  # its reader has stalled, and the connection is cut
        await send({"type": "http.response.body", "body": packer.end(), "more_body": False})

    async def _heard(self, listener: Listener) -> AsyncIterator[bytes]:
        """Messages, and a beat where there are none, until the listener is late, not let in any more, or had enough."""
        clock = asyncio.get_running_loop().time
        ends_s, beat_s = clock() + LASTS_S, clock() + BEAT_S
        yield BEGIN
        while clock() < ends_s and not listener.is_late and await self._is_let_in():
            try:
                async with asyncio.timeout(CHECK_S):
                    text = await listener.waiting.get()
            except TimeoutError:
                if clock() < beat_s:
                    continue
                text = BEAT
            beat_s = clock() + BEAT_S
            yield text

    async def _is_let_in(self) -> bool:
        try:
            return await asyncio.to_thread(self._guards.lets_in, self._request, self._caller)
        except StoreError:  # nothing is told meanwhile, but that the database does not answer
            return True


def make_router(watches: Watches, places: Shares, guards: Guards) -> APIRouter:
    """Live, for so many at once."""
    router = APIRouter(tags=[VIEWER])
    told = {**api.PROBLEMS, 200: {"content": {EVENTS_OF_SERVER: {"schema": {"type": "string"}}}}}

    @router.get(LIVE, response_class=Response, responses=told, summary="What changes, as server-sent events.")
    async def live(request: Request, caller: Annotated[Token, Depends(guards.viewer)]) -> LiveResponse:
        return LiveResponse(request, caller, watches, places, guards)

    return router


async def _gone(receive: Receive) -> None:
    """Until the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
