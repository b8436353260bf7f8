"""Looking at stored events: since when, in pages, and as they come."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

from fer_wire.message import iso_utc

from fer_controller.desk.retrying import retried
from fer_controller.errors import SettingsError
from fer_controller.store.contract import EventReader
from fer_controller.store.events.records import StoredEvent
from fer_controller.store.filter import EventFilter

PAGE_EVENTS = 2000
FOLLOW_EVERY_S = 0.3
UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def moment(text: str, now: datetime) -> str:
    """A time ago (90s, 10m, 2h, 3d, 1w) or an ISO 8601 time as ISO text in UTC; raises SettingsError."""
    ago = re.fullmatch(r"(\d{1,9})([smhdw])", text.strip())
    try:
        if ago:
            return iso_utc(now - timedelta(seconds=int(ago[1]) * UNITS_S[ago[2]]))
        return iso_utc(_aware(datetime.fromisoformat(text.strip())))
    except (ValueError, OverflowError) as error:
        raise SettingsError(f"{text!r} is no time; use 90s, 10m, 2h, 3d, or 2026-01-31T12:00:00Z.") from error


def newest(store: EventReader, wanted: EventFilter, limit: int) -> tuple[list[StoredEvent], int]:
    """The newest events that match, ascending, and the id after which following would go on."""
    last_id = store.last_event_id()
    return store.newest_events(wanted, limit, last_id), last_id


def every(store: EventReader, wanted: EventFilter) -> Iterator[StoredEvent]:
    """All events that match, ascending by time, read in pages so that memory stays flat and no read is long."""
    after = ("", 0)
    while page := store.events_page(wanted, after, PAGE_EVENTS):
        yield from page
        after = (page[-1].time, page[-1].id)


def follow(
    store: EventReader, wanted: EventFilter, after_id: int, sleep: Callable[[float], None] = time.sleep
) -> Iterator[StoredEvent]:
    """Events that match as they are stored, without end."""
    while True:
        page = retried(partial(store.events_stored_after, wanted, after_id, PAGE_EVENTS))
        yield from page
        if page:
            after_id = page[-1].id
        else:
            sleep(FOLLOW_EVERY_S)


def _aware(when: datetime) -> datetime:
    return when if when.tzinfo else when.replace(tzinfo=UTC)
