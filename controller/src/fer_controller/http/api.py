"""The desk over HTTP: what a viewer may look at, and what an operator may order."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from fer_controller.desk.contract import MOST_ROWS, NEWEST, Desk
from fer_controller.desk.events import moment
from fer_controller.desk.local import LocalDesk
from fer_controller.rollout.relabel import Relabel
from fer_controller.rollout.request import Words
from fer_controller.store.credentials.records import Token
from fer_controller.store.events.records import StoredEvent
from fer_controller.store.filter import EventFilter
from fer_controller.store.telemetry.records import StoredTelemetry

HIGHEST_ID = 2**63 - 1

router = APIRouter(prefix="/v1")


class Order(BaseModel):
    """What is ordered of a rollout."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    order: Literal["pause", "resume", "promote", "abort", "retry", "rollback"] = Field(
        description="as the commands of `fer-controller rollouts`"
    )


def _viewer(request: Request) -> Token:
    found: Token = request.app.state.guards.viewer(request)
    return found


def _operator(request: Request) -> Token:
    found: Token = request.app.state.guards.operator(request)
    return found


def looking(request: Request, viewer: Annotated[Token, Depends(_viewer)]) -> Iterator[Desk]:
    """A desk for who may look."""
    with LocalDesk(request.app.state.place, viewer.holder) as desk:
        yield desk


def ordering(request: Request, operator: Annotated[Token, Depends(_operator)]) -> Iterator[Desk]:
    """A desk for who may order, in his name."""
    with LocalDesk(request.app.state.place, operator.holder) as desk:
        yield desk


Since = Annotated[str | None, Query(description="not before: 90s, 10m, 2h, 3d ago, or an ISO 8601 time")]
Until = Annotated[str | None, Query(description="before, spelt likewise")]
Limit = Annotated[int, Query(ge=0, le=MOST_ROWS, description="the newest so many, or the next")]
Id = Annotated[int, Query(ge=0, le=HIGHEST_ID)]
Per = Annotated[Literal["minute", "hour"], Query()]


def _of_telemetry(device: str | None = None, since: Since = None, until: Until = None) -> EventFilter:
    now, wanted = datetime.now(UTC), EventFilter(device=device)
    bounds = {name: moment(text, now) for name, text in (("since", since), ("until", until)) if text}
    return wanted.model_copy(update=bounds)


def _of_emotions(
    within: Annotated[EventFilter, Depends(_of_telemetry)], camera: str | None = None, emotion: str | None = None
) -> EventFilter:
    return within.model_copy(update={"camera": camera, "emotion": emotion})


def _of_events(
    within: Annotated[EventFilter, Depends(_of_emotions)], kind: str | None = None, track: Id | None = None
) -> EventFilter:
    return within.model_copy(update={"kind": kind, "track": track})


Looking = Annotated[Desk, Depends(looking)]
Ordering = Annotated[Desk, Depends(ordering)]
Wanted = Annotated[EventFilter, Depends(_of_events)]


@router.get("/me")
def me(viewer: Annotated[Token, Depends(_viewer)]) -> JSONResponse:
    """Whose token it is, and its role."""
    return JSONResponse({"name": viewer.holder, "role": viewer.role})


@router.get("/devices")
def devices(desk: Looking) -> JSONResponse:
    """The devices of the fleet, as `devices --json`."""
    return JSONResponse(desk.devices())


@router.get("/totals")
def totals(desk: Looking) -> JSONResponse:
    """What the whole fleet's events came to, as `totals --json`."""
    return JSONResponse(desk.totals())


@router.get("/fleet/telemetry")
def fleet_telemetry(desk: Looking) -> JSONResponse:
    """The newest telemetry message of each device."""
    return JSONResponse(desk.newest_telemetry_of_each())


@router.get("/events")
def events(desk: Looking, wanted: Wanted, limit: Limit = 50, up_to_id: Id | None = None) -> JSONResponse:
    """The newest events, ascending by time, as `events --json` and with an id; last_id is where following begins."""
    last_id = desk.last_event_id() if up_to_id is None else up_to_id
    return _events(desk.newest_events(wanted, limit, last_id), last_id=last_id)


@router.get("/events/by-time")
def events_by_time(
    desk: Looking, wanted: Wanted, after_time: str = "", after_id: Id = 0, limit: Limit = 2000
) -> JSONResponse:
    """The next events after (time, id), ascending by both: all of them, page by page."""
    return _events(desk.events_page(wanted, (after_time, after_id), limit))


@router.get("/events/as-stored")
def events_as_stored(desk: Looking, wanted: Wanted, after_id: Id = 0, limit: Limit = 2000) -> JSONResponse:
    """The next events in the order in which they were stored: to follow them."""
    return _events(desk.events_stored_after(wanted, after_id, limit))


@router.get("/telemetry")
def telemetry(desk: Looking, device: str | None = None, limit: Limit = 50) -> JSONResponse:
    """The newest telemetry, as `telemetry --json` and with an id."""
    return _messages(desk.newest_telemetry(device, limit))


@router.get("/telemetry/as-stored")
def telemetry_as_stored(desk: Looking, device: str | None = None, after_id: Id = 0, limit: Limit = 500) -> JSONResponse:
    """The next telemetry in the order in which it was stored."""
    return _messages(desk.telemetry_stored_after(device, after_id, limit))


@router.get("/rollups/telemetry")
def telemetry_rollups(
    desk: Looking, per: Per, wanted: Annotated[EventFilter, Depends(_of_telemetry)], limit: Limit = 1000
) -> JSONResponse:
    """Telemetry by minute or hour, as `telemetry --per`."""
    return JSONResponse([each.document() for each in desk.telemetry_rollups(per, wanted, limit)])


@router.get("/rollups/emotions")
def emotion_rollups(
    desk: Looking,
    per: Per,
    wanted: Annotated[EventFilter, Depends(_of_emotions)],
    limit: Limit = 1000,
    summed: Annotated[bool, Query(description="of all devices and cameras together")] = False,
) -> JSONResponse:
    """Emotions by minute or hour, as `events --per`; summed, of all devices and cameras together."""
    return JSONResponse([each.document() for each in desk.emotion_rollups(per, wanted, limit, summed=summed)])


@router.get("/dead-letters")
def dead_letters(desk: Looking, limit: Limit = 50) -> JSONResponse:
    """Messages that could not be read, as `dead-letters --json`."""
    return JSONResponse(desk.dead_letters(limit))


@router.get("/labels")
def labels(desk: Looking, device: Annotated[list[str] | None, Query()] = None) -> JSONResponse:
    """Labels and quarantine of these devices, or of all that have any, as `label --json`."""
    return JSONResponse(desk.labels(device or ()))


@router.post("/labels")
def relabel(desk: Ordering, words: Relabel) -> JSONResponse:
    """Change the labels of devices, or let them out of quarantine; answers how they stand then."""
    return JSONResponse(desk.relabel(words))


@router.get("/models")
def models(desk: Looking) -> JSONResponse:
    """The models of the registry, as `models list --json`."""
    return JSONResponse(desk.models())


@router.post("/plans")
def plan(desk: Looking, words: Words) -> JSONResponse:
    """What a rollout would do, as `deploy --dry-run`."""
    return JSONResponse(desk.plan(words))


@router.get("/rollouts")
def rollouts(desk: Looking, limit: Limit = 20) -> JSONResponse:
    """The rollouts, the newest first, as `rollouts list --json`."""
    return JSONResponse(desk.rollouts(limit))


@router.post("/rollouts", status_code=201)
def deploy(desk: Ordering, words: Words) -> JSONResponse:
    """Begin a rollout, as `deploy`; a controller that runs takes it up at once."""
    return JSONResponse(desk.deploy(words), 201)


@router.get("/rollouts/{rollout}")
def rollout(desk: Looking, rollout: str) -> JSONResponse:
    """All of a rollout, as `rollouts show --json`; its id, how it begins, or `newest`."""
    return JSONResponse(desk.rollout(_begin(rollout)))


@router.get("/rollouts/{rollout}/progress")
def progress(desk: Looking, rollout: str) -> JSONResponse:
    """A rollout with its waves alone."""
    return JSONResponse(desk.progress(_begin(rollout)))


@router.get("/rollouts/{rollout}/audit")
def audit(desk: Looking, rollout: str, after_id: Id = 0) -> JSONResponse:
    """What was decided of a rollout after an entry."""
    return JSONResponse(desk.decisions(_begin(rollout), after_id))


@router.post("/rollouts/{rollout}/orders")
def order(desk: Ordering, rollout: str, order: Order) -> JSONResponse:
    """Pause, resume, promote, abort, retry or rollback; the outcome is null until a controller takes it up."""
    return JSONResponse(desk.order(rollout, order.order))


def _begin(rollout: str) -> str | None:
    return None if rollout == NEWEST else rollout


def _events(found: list[StoredEvent], **more: Any) -> JSONResponse:
    return JSONResponse({"events": [{"id": each.id, **each.document()} for each in found], **more})


def _messages(found: list[StoredTelemetry]) -> JSONResponse:
    return JSONResponse({"messages": [{"id": each.id, "message": json.loads(each.payload)} for each in found]})
