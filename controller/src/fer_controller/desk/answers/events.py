"""Emotion events, one by one and rolled up."""

from fer_controller.desk.answers.table import ANSWERS, Context
from fer_controller.operations.events import (
    EMOTION_ROLLUPS,
    EVENTS_AS_STORED,
    EVENTS_BY_TIME,
    NEWEST_EVENTS,
    EmotionRollupsQuery,
    EventsAnswer,
    EventsAsStoredQuery,
    EventsByTimeQuery,
    NewestEventsAnswer,
    NewestEventsQuery,
)
from fer_controller.store.rollups.records import EmotionRollup


@ANSWERS.carries_out(NEWEST_EVENTS)
def newest_events(context: Context, asked: NewestEventsQuery) -> NewestEventsAnswer:
    """The newest that match, and the id after which following goes on."""
    events = context.stores.looking.events
    last_id = events.last_event_id() if asked.up_to_id is None else asked.up_to_id
    return NewestEventsAnswer(events=tuple(events.newest_events(asked, asked.limit, last_id)), last_id=last_id)


@ANSWERS.carries_out(EVENTS_BY_TIME)
def events_by_time(context: Context, asked: EventsByTimeQuery) -> EventsAnswer:
    """The next page."""
    found = context.stores.looking.events.events_page(asked, (asked.after_time, asked.after_id), asked.limit)
    return EventsAnswer(events=tuple(found))


@ANSWERS.carries_out(EVENTS_AS_STORED)
def events_as_stored(context: Context, asked: EventsAsStoredQuery) -> EventsAnswer:
    """The next that were stored."""
    return EventsAnswer(
        events=tuple(context.stores.looking.events.events_stored_after(asked, asked.after_id, asked.limit))
    )


@ANSWERS.carries_out(EMOTION_ROLLUPS)
def emotion_rollups(context: Context, asked: EmotionRollupsQuery) -> list[EmotionRollup]:
    """The newest that match."""
    return context.stores.looking.rollups.emotion_rollups(asked.per, asked, asked.limit, summed=asked.summed)
