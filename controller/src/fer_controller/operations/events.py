"""Operations on emotion events: one by one, in pages, as they are stored, and rolled up."""

from collections.abc import Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any, Literal

from fer_wire.message import MAX_INT
from pydantic import Field

from fer_controller.operations.filters import TypedEmotionFilter, TypedEventFilter
from fer_controller.operations.operation import GET, Answer, Id, Limit, Operation
from fer_controller.store.credentials.records import VIEWER
from fer_controller.store.events.records import StoredEvent
from fer_controller.store.rollups.records import EmotionRollup

PAGE = 2000
BOX = "box"
PRINTED = tuple(field.name for field in fields(StoredEvent) if field.name != "id")
VALUES = attrgetter(*PRINTED)
Per = Literal["minute", "hour", "day"]


class NewestEventsQuery(TypedEventFilter):
    """Which of the newest events."""

    limit: Limit = Field(default=50, description="The newest so many.")
    up_to_id: Id | None = Field(default=None, description="Stored up to this id; by default all.")


class EventsByTimeQuery(TypedEventFilter):
    """Which events, and after which."""

    after_time: str = Field(default="", description="After this time, and then after_id.")
    after_id: Id = Field(default=0, description="After this id.")
    limit: Limit = Field(default=PAGE, description="The next so many.")


class EventsBeforeQuery(TypedEventFilter):
    """Which events, and before which."""

    before_time: str = Field(default="~", description="Before this time, and then before_id: those of the last event.")
    before_id: Id = Field(default=0, description="Before this id.")
    limit: Limit = Field(default=50, description="The next so many.")


class EventsAsStoredQuery(TypedEventFilter):
    """Which events, and after which."""

    after_id: Id = Field(default=0, description="After this id.")
    limit: Limit = Field(default=PAGE, description="The next so many.")


class EventDaysQuery(TypedEventFilter):
    """Which events are counted."""


class EventsOfDayQuery(TypedEventFilter):
    """Which events of which day."""

    day: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$", description="The day of arrival, as 2026-01-31.")
    after_id: Id = Field(default=0, description="After this id.")
    up_to_id: Id = Field(default=MAX_INT, description="Up to this id.")
    limit: Limit = Field(default=PAGE, description="The next so many.")


class EmotionRollupsQuery(TypedEmotionFilter):
    """Which rollups."""

    per: Per = Field(description="How long each is.")
    limit: Limit = Field(default=1000, description="The newest so many.")
    summed: bool = Field(default=False, description="Of all devices and cameras together.")


class EmotionSharesQuery(TypedEmotionFilter):
    """Which emotions, in spans of which length, and by which label."""

    per: Per = Field(default="hour", description="How long each span is.")
    by: str = Field(default="", max_length=63, description="The label by whose values devices are grouped; else none.")
    limit: Limit = Field(default=5000, description="At most so many rows, of the newest spans.")


class EmotionShareAnswer(Answer):
    """How often an emotion was seen in a span of time, by devices that share the value of a label."""

    start: str = Field(description="When the minute, hour or day began; ISO 8601 in UTC.")
    value: str | None = Field(description="The value; null for devices without the label.")
    emotion: str = Field(description="The emotion.")
    events: int = Field(description="Events without the ends of tracks.")
    faces: int = Field(description="New faces.")
    uncertain: int | None = Field(description="Of the rated events, those that are uncertain; null if none is rated.")
    rated: int = Field(description="Of the events, those of which the device said whether they are uncertain.")


class EventsAnswer(Answer):
    """Events, in the order that was asked for."""

    events: tuple[StoredEvent, ...] = Field(description="The events; ids grow in the order in which they were stored.")

    @property
    def rows(self) -> Sequence[object]:
        return self.events


class NewestEventsAnswer(EventsAnswer):
    """The newest events, ascending by time."""

    last_id: int = Field(ge=0, le=MAX_INT, description="After this id, following goes on.")


class EventDayAnswer(Answer):
    """The events that arrived on one day, in UTC by the controller's clock."""

    day: str = Field(description="The day, as 2026-01-31.")
    events: int = Field(ge=0, le=MAX_INT, description="How many of them match.")
    first_id: int = Field(ge=0, le=MAX_INT, description="The id of the first.")
    last_id: int = Field(ge=0, le=MAX_INT, description="The id of the last.")
    over: bool = Field(description="Whether no more can arrive; a day is over an hour after its midnight.")
    whole: bool = Field(description="False where retention has deleted events that arrived on it, or may have.")


def document(event: StoredEvent) -> dict[str, Any]:
    """An event as commands print it with --json: without its id."""
    return {**dict(zip(PRINTED, VALUES(event), strict=True)), BOX: dict(event.box)}


NEWEST_EVENTS = Operation(
    "newest_events", GET, "/v1/events", VIEWER, NewestEventsQuery, NewestEventsAnswer,
    "The newest events, ascending by time, as `events --json` and with an id; last_id is where following begins.",
)  # fmt: skip
EVENTS_BY_TIME = Operation(
    "events_by_time", GET, "/v1/events/by-time", VIEWER, EventsByTimeQuery, EventsAnswer,
    "The next events after (time, id), ascending by both: all of them, page by page.",
)  # fmt: skip
EVENTS_BEFORE = Operation(
    "events_before", GET, "/v1/events/before", VIEWER, EventsBeforeQuery, EventsAnswer,
    "The events before (time, id), the newest first: page by page, back in time.",
)  # fmt: skip
EVENTS_AS_STORED = Operation(
    "events_as_stored", GET, "/v1/events/as-stored", VIEWER, EventsAsStoredQuery, EventsAnswer,
    "The next events in the order in which they were stored, to follow them.",
)  # fmt: skip
EVENT_DAYS = Operation(
    "event_days", GET, "/v1/events/days", VIEWER, EventDaysQuery, list[EventDayAnswer],
    "The days on which events arrived, with how many; reads all events.",
)  # fmt: skip
EVENTS_OF_DAY = Operation(
    "events_of_day", GET, "/v1/events/days/{day}", VIEWER, EventsOfDayQuery, EventsAnswer,
    "The next events that arrived on a day, in the order in which they were stored.",
)  # fmt: skip
EMOTION_ROLLUPS = Operation(
    "emotion_rollups", GET, "/v1/rollups/emotions", VIEWER, EmotionRollupsQuery, list[EmotionRollup],
    "Emotions by minute, hour or day in UTC, as `events --per`; summed, of all devices and cameras together.",
)  # fmt: skip
EMOTION_SHARES = Operation(
    "emotion_shares", GET, "/v1/rollups/emotions/shares", VIEWER, EmotionSharesQuery, list[EmotionShareAnswer],
    "Emotions over time by the value of a label, for charts of shares; the newest spans first.",
)  # fmt: skip

OPERATIONS = (
    NEWEST_EVENTS, EVENTS_BY_TIME, EVENTS_BEFORE, EVENTS_AS_STORED, EVENT_DAYS, EVENTS_OF_DAY, EMOTION_ROLLUPS,
    EMOTION_SHARES,
)  # fmt: skip
