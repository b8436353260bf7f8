"""Reading stored events: all of them, page by page, and as they come."""

import time
from collections.abc import Callable, Iterator
from functools import partial

from fer_controller.desk.desk import Desk
from fer_controller.desk.retrying import retried
from fer_controller.operations.events import (
    EVENT_DAYS,
    EVENTS_AS_STORED,
    EVENTS_BY_TIME,
    EVENTS_OF_DAY,
    NEWEST_EVENTS,
    EventDayAnswer,
    EventDaysQuery,
    EventsAsStoredQuery,
    EventsByTimeQuery,
    EventsOfDayQuery,
    NewestEventsQuery,
)
from fer_controller.store.events.records import StoredEvent
from fer_controller.store.filter import EventFilter

FOLLOW_EVERY_S = 0.3


def last_id(desk: Desk) -> int:
    """The id of the event stored last; 0 before the first."""
    return desk.ask(NEWEST_EVENTS, NewestEventsQuery(limit=0)).last_id


def every(desk: Desk, wanted: EventFilter) -> Iterator[StoredEvent]:
    """All events that match, ascending by time, read in pages so that memory stays flat and no read is long."""
    query = EventsByTimeQuery(**dict(wanted))
    while page := desk.ask(EVENTS_BY_TIME, query).events:
        yield from page
        query = query.model_copy(update={"after_time": page[-1].time, "after_id": page[-1].id})


def days(desk: Desk, wanted: EventFilter) -> list[EventDayAnswer]:
    """The days on which events arrived that match, ascending."""
    return desk.ask(EVENT_DAYS, EventDaysQuery(**dict(wanted)))


def of_day(desk: Desk, wanted: EventFilter, day: EventDayAnswer) -> Iterator[StoredEvent]:
    """All events that match of those that arrived on a day, in the order in which they were stored."""
    query = EventsOfDayQuery(**dict(wanted), day=day.day, after_id=day.first_id - 1, up_to_id=day.last_id)
    while page := desk.ask(EVENTS_OF_DAY, query).events:
        yield from page
        query = query.model_copy(update={"after_id": page[-1].id})


def follow(
    desk: Desk, wanted: EventFilter, after_id: int, sleep: Callable[[float], None] = time.sleep
) -> Iterator[StoredEvent]:
    """Events that match as they are stored, without end."""
    query = EventsAsStoredQuery(**dict(wanted), after_id=after_id)
    while True:
        page = retried(partial(desk.ask, EVENTS_AS_STORED, query)).events
        yield from page
        if page:
            query = query.model_copy(update={"after_id": page[-1].id})
        else:
            sleep(FOLLOW_EVERY_S)
