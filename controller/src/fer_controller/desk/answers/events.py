"""Emotion events, one by one and rolled up."""

from datetime import UTC, datetime, timedelta

from fer_wire.message import iso_utc

from fer_controller.desk.answers.table import ANSWERS, Context
from fer_controller.operations.events import (
    EMOTION_ROLLUPS,
    EMOTION_SHARES,
    EVENT_DAYS,
    EVENTS_AS_STORED,
    EVENTS_BEFORE,
    EVENTS_BY_TIME,
    EVENTS_OF_DAY,
    NEWEST_EVENTS,
    EmotionRollupsQuery,
    EmotionShareAnswer,
    EmotionSharesQuery,
    EventDayAnswer,
    EventDaysQuery,
    EventsAnswer,
    EventsAsStoredQuery,
    EventsBeforeQuery,
    EventsByTimeQuery,
    EventsOfDayQuery,
    NewestEventsAnswer,
    NewestEventsQuery,
)
from fer_controller.operations.filters import OfDevices
from fer_controller.store.rollups.records import EmotionRollup
from fer_controller.store.subjects import Subjects

MIDNIGHT = "T00:00:00.000Z"
UNTIL_OVER = timedelta(hours=1)
"""So long after midnight a batch may still be stored that arrived before it."""


@ANSWERS.carries_out(NEWEST_EVENTS)
def newest_events(context: Context, asked: NewestEventsQuery) -> NewestEventsAnswer:
    """The newest that match, and the id after which following goes on."""
    events = _known(context, asked).events
    last_id = events.last_event_id() if asked.up_to_id is None else asked.up_to_id
    return NewestEventsAnswer(events=tuple(events.newest_events(asked, asked.limit, last_id)), last_id=last_id)


@ANSWERS.carries_out(EVENTS_BY_TIME)
def events_by_time(context: Context, asked: EventsByTimeQuery) -> EventsAnswer:
    """The next page."""
    found = _known(context, asked).events.events_page(asked, (asked.after_time, asked.after_id), asked.limit)
    return EventsAnswer(events=tuple(found))


@ANSWERS.carries_out(EVENTS_BEFORE)
def events_before(context: Context, asked: EventsBeforeQuery) -> EventsAnswer:
    """The next page, back in time."""
    found = _known(context, asked).events.events_before(asked, (asked.before_time, asked.before_id), asked.limit)
    return EventsAnswer(events=tuple(found))


@ANSWERS.carries_out(EVENTS_AS_STORED)
def events_as_stored(context: Context, asked: EventsAsStoredQuery) -> EventsAnswer:
    """The next that were stored."""
    return EventsAnswer(
        events=tuple(_known(context, asked).events.events_stored_after(asked, asked.after_id, asked.limit))
    )


@ANSWERS.carries_out(EVENT_DAYS)
def event_days(context: Context, asked: EventDaysQuery) -> list[EventDayAnswer]:
    """Each day, and whether it is over and whole."""
    stores = _known(context, asked)
    not_over, forgotten_before = iso_utc(datetime.now(UTC) - UNTIL_OVER)[:10], stores.rollups.events_forgotten_before()
    return [
        EventDayAnswer(
            day=day.day, events=day.events, first_id=day.first_id, last_id=day.last_id,
            over=day.day < not_over, whole=day.day + MIDNIGHT >= forgotten_before,
        )
        for day in stores.events.arrival_days(asked)
    ]  # fmt: skip


@ANSWERS.carries_out(EVENTS_OF_DAY)
def events_of_day(context: Context, asked: EventsOfDayQuery) -> EventsAnswer:
    """The next that arrived on it."""
    events = _known(context, asked).events
    return EventsAnswer(
        events=tuple(events.events_of_day(asked, asked.day, asked.after_id, asked.up_to_id, asked.limit))
    )


@ANSWERS.carries_out(EMOTION_ROLLUPS)
def emotion_rollups(context: Context, asked: EmotionRollupsQuery) -> list[EmotionRollup]:
    """The newest that match."""
    return _known(context, asked).rollups.emotion_rollups(asked.per, asked, asked.limit, summed=asked.summed)


@ANSWERS.carries_out(EMOTION_SHARES)
def emotion_shares(context: Context, asked: EmotionSharesQuery) -> list[EmotionShareAnswer]:
    """The newest spans first."""
    found = _known(context, asked).rollups.emotion_shares(asked.per, asked.by, asked, asked.limit)
    return [
        EmotionShareAnswer(
            start=each.start,
            value=each.value or None,
            emotion=each.emotion,
            events=each.events,
            faces=each.faces,
            uncertain=each.uncertain,
            rated=each.rated,
        )
        for each in found
    ]


def _known(context: Context, asked: OfDevices) -> Subjects:
    """What is stored of the devices that are asked for."""
    return context.stores.looking_at(asked.selector)
