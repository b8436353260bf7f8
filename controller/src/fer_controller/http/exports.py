"""Events as a file over HTTP: CSV or Parquet, whole, made on the side and sent from a file without a name."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, BinaryIO, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from fer_controller.desk import events
from fer_controller.desk.local import LocalDesk
from fer_controller.desk.stores import Place
from fer_controller.errors import RequestError
from fer_controller.export.files import CSV, PARQUET, write
from fer_controller.http import api
from fer_controller.http.guards import Guards, holder, peer
from fer_controller.http.shares import Shares
from fer_controller.operations.filters import TypedEventFilter
from fer_controller.store.credentials.records import VIEWER, Token

EXPORT = "/v1/export/events"
MOST_EVENTS = 500_000
MOST_AT_ONCE = 4
CHUNK_BYTES = 64 * 1024
TYPES = {CSV: "text/csv; charset=utf-8", PARQUET: "application/vnd.apache.parquet"}
FULL = "Other files are being made; try again in a while."
TOO_MANY = (
    f"More than {MOST_EVENTS:,} events match, which is too much for one file over HTTP; ask for less, or write it with "
    "`fer-controller export --url`."
)


class ExportQuery(TypedEventFilter):
    """Which events, and in which form."""

    form: Literal["csv", "parquet"] = Field("csv", alias="format", description="csv or parquet.")


class ExportResponse(StreamingResponse):
    """A file that is made while this response has a place; 503 where there is none."""

    def __init__(self, places: Shares, whose: str, make: Callable[[], BinaryIO], form: str) -> None:
        name = f"events-{datetime.now(UTC):%Y%m%d-%H%M%S}.{form}"
        super().__init__(iter(()), 200, {"Content-Disposition": f'attachment; filename="{name}"'}, TYPES[form])
        self._places, self._whose, self._make = places, whose, make

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Make it, and send it; raises ControllerError and HTTPException before anything is sent."""
        with self._places.admitted(self._whose) as admitted:
            if not admitted:
                raise HTTPException(503, FULL, {"Retry-After": "10"})
            with await asyncio.to_thread(self._make) as file:
                self.body_iterator = StreamingResponse(_chunks(file)).body_iterator
                await super().__call__(scope, receive, send)


def make_router(place: Place, guards: Guards) -> APIRouter:
    """Files of events."""
    router, places = APIRouter(tags=[VIEWER]), Shares(MOST_AT_ONCE)
    told = {**api.PROBLEMS, 200: {"content": {form: {"schema": {"type": "string"}} for form in TYPES.values()}}}

    @router.get(EXPORT, response_class=Response, responses=told, summary="Events that match as a file, by time.")
    def export(
        request: Request, caller: Annotated[Token, Depends(guards.viewer)], asked: Annotated[ExportQuery, Query()]
    ) -> ExportResponse:
        def make() -> BinaryIO:
            with LocalDesk(place, caller.holder, caller.role, peer(request), caller.selector) as desk:
                return made(desk, asked)

        return ExportResponse(places, holder(request), make, asked.form)

    return router


def made(desk: LocalDesk, asked: ExportQuery) -> BinaryIO:
    """The file, which nobody finds under a name and which is gone when it is closed; raises RequestError."""
    wanted = TypedEventFilter(**asked.model_dump(exclude={"form"}))
    with TemporaryDirectory(prefix="fer-export-") as folder:
        out = Path(folder, "events")
        if write(islice(events.every(desk, wanted), MOST_EVENTS + 1), out, asked.form) > MOST_EVENTS:
            raise RequestError(TOO_MANY)
        return out.open("rb")


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(CHUNK_BYTES):
        yield chunk
