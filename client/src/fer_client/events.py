"""Events page by page, and as they come."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Iterator

from fer_client.client import Client

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from fer_client.calls.events import StoredEvent, TypedEventFilter

PAGE = 5000


def every_event(controller: Client, *, page: int = PAGE, **wanted: Unpack[TypedEventFilter]) -> Iterator[StoredEvent]:
    """All events that match, ascending by time; wanted is what `events_by_time` takes, as device, since, emotion.

    Raises FleetError.
    """
    last_time, last_id = "", 0
    while True:
        answer = controller.events.events_by_time(**wanted, after_time=last_time, after_id=last_id, limit=page)
        yield from answer["events"]
        if len(answer["events"]) < page:
            return
        last_time, last_id = answer["events"][-1]["time"], answer["events"][-1]["id"]


def follow(
    controller: Client, *, every_s: float = 1.0, page: int = PAGE, **wanted: Unpack[TypedEventFilter]
) -> Iterator[StoredEvent]:
    """Events from now on as they are stored, for ever; raises FleetError when the controller stays away."""
    last_id = controller.events.newest_events(limit=0)["last_id"]
    while True:
        answer = controller.events.events_as_stored(**wanted, after_id=last_id, limit=page)
        yield from answer["events"]
        last_id = answer["events"][-1]["id"] if answer["events"] else last_id
        if len(answer["events"]) < page:
            time.sleep(every_s)
