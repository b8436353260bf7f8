"""Events page by page, and as they come."""

import time
from typing import TYPE_CHECKING, Any, Dict, Iterator

from fer_client.client import Client

if TYPE_CHECKING:
    from fer_client.calls.events import StoredEvent

PAGE = 5000


def every_event(controller: Client, *, page: int = PAGE, **wanted: Any) -> "Iterator[StoredEvent]":
    """All events that match, ascending by time; wanted is what `events_by_time` takes, as device, since, emotion.

    Raises FleetError.
    """
    after: Dict[str, Any] = {}
    while True:
        answer = controller.events.events_by_time(**wanted, **after, limit=page)
        yield from answer["events"]
        if len(answer["events"]) < page:
            return
        last = answer["events"][-1]
        after = {"after_time": last["time"], "after_id": last["id"]}


def follow(controller: Client, *, every_s: float = 1.0, page: int = PAGE, **wanted: Any) -> "Iterator[StoredEvent]":
    """Events from now on as they are stored, for ever; raises FleetError when the controller stays away."""
    last_id = controller.events.newest_events(limit=0)["last_id"]
    while True:
        answer = controller.events.events_as_stored(**wanted, after_id=last_id, limit=page)
        yield from answer["events"]
        last_id = answer["events"][-1]["id"] if answer["events"] else last_id
        if len(answer["events"]) < page:
            time.sleep(every_s)
