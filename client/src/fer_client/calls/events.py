"""Events. Written by `make docs` from controller/src/fer_controller/operations; edit that instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Dict, List, TypedDict, cast

from fer_client.connection import Connection

if TYPE_CHECKING:
    from typing_extensions import Unpack


class Box(TypedDict):
    """Where the face was, in pixels of the frame; a face at the edge may reach beyond it."""

    x: int
    y: int
    width: int
    height: int


class StoredEvent(TypedDict):
    """One stored event; ids grow in the order in which events were stored."""

    id: int
    device: str
    camera: str
    epoch: str
    seq: int
    time: str
    track: int
    kind: str
    emotion: str
    confidence: float
    probabilities: Dict[str, float]
    box: Box
    model: str
    face_px: float | None
    yaw_degrees: float | None
    pitch_degrees: float | None
    roll_degrees: float | None
    device_time: str | None
    uncertain: bool | None


class NewestEventsAnswer(TypedDict):
    """The newest events, ascending by time."""

    events: List[StoredEvent]
    last_id: int


class TypedEventFilter(TypedDict, total=False):
    """What may be left out.

    device: Only this device.
    since: Not before: 90s, 10m, 2h, 3d ago, or ISO 8601, in local time where no zone is given.
    until: Before: 90s, 10m, 2h, 3d ago, or ISO 8601, in local time where no zone is given.
    camera: Only this camera.
    emotion: Only this emotion.
    kind: Only start, change, heartbeat or end.
    track: Only this track.
    model: Only what this model read, NAME@VERSION/PRECISION.
    min_confidence: Only emotions read with this confidence or more, 0 to 1.
    min_face_px: Only faces of this size or larger, pixels; not those of unknown size.
    max_yaw: Only heads turned to a side by so many degrees at most; not where it is unknown.
    uncertain: Only emotions that the device was not certain of, or only others; not where it did not say.
    selector: Only devices with these labels, 'site=lab,room!=cellar', or names, 'device=nano-*'.
    """

    device: str
    since: str
    until: str
    camera: str
    emotion: str
    kind: str
    track: int
    model: str
    min_confidence: float
    min_face_px: float
    max_yaw: float
    uncertain: bool
    selector: str


class NewestEventsQuery(TypedEventFilter, total=False):
    """What may be left out.

    limit: The newest so many.
    up_to_id: Stored up to this id; by default all.
    """

    limit: int
    up_to_id: int


class EventsAnswer(TypedDict):
    """Events, in the order that was asked for."""

    events: List[StoredEvent]


class EventsByTimeQuery(TypedEventFilter, total=False):
    """What may be left out.

    after_time: After this time, and then after_id.
    after_id: After this id.
    limit: The next so many.
    """

    after_time: str
    after_id: int
    limit: int


class EventsBeforeQuery(TypedEventFilter, total=False):
    """What may be left out.

    before_time: Before this time, and then before_id: those of the last event.
    before_id: Before this id.
    limit: The next so many.
    """

    before_time: str
    before_id: int
    limit: int


class EventsAsStoredQuery(TypedEventFilter, total=False):
    """What may be left out.

    after_id: After this id.
    limit: The next so many.
    """

    after_id: int
    limit: int


class EventDayAnswer(TypedDict):
    """The events that arrived on one day, in UTC by the controller's clock."""

    day: str
    events: int
    first_id: int
    last_id: int
    over: bool
    whole: bool


class EventDaysQuery(TypedEventFilter, total=False):
    """What may be left out."""


class EventsOfDayQuery(TypedEventFilter, total=False):
    """What may be left out.

    after_id: After this id.
    up_to_id: Up to this id.
    limit: The next so many.
    """

    after_id: int
    up_to_id: int
    limit: int


class EmotionRollup(TypedDict):
    """One emotion on one camera in that span: events without ends of tracks, and new faces."""

    start: str
    device: str
    camera: str
    emotion: str
    events: int
    faces: int
    confidence_mean: float
    uncertain: int | None
    rated: int


class TypedEmotionFilter(TypedDict, total=False):
    """What may be left out.

    device: Only this device.
    since: Not before: 90s, 10m, 2h, 3d ago, or ISO 8601, in local time where no zone is given.
    until: Before: 90s, 10m, 2h, 3d ago, or ISO 8601, in local time where no zone is given.
    camera: Only this camera.
    emotion: Only this emotion.
    selector: Only devices with these labels, 'site=lab,room!=cellar', or names, 'device=nano-*'.
    """

    device: str
    since: str
    until: str
    camera: str
    emotion: str
    selector: str


class EmotionRollupsQuery(TypedEmotionFilter, total=False):
    """What may be left out.

    limit: The newest so many.
    summed: Of all devices and cameras together.
    """

    limit: int
    summed: bool


class EmotionShareAnswer(TypedDict):
    """How often an emotion was seen in a span of time, by devices that share the value of a label."""

    start: str
    value: str | None
    emotion: str
    events: int
    faces: int
    uncertain: int | None
    rated: int


class EmotionSharesQuery(TypedEmotionFilter, total=False):
    """What may be left out.

    per: How long each span is.
    by: The label by whose values devices are grouped; else none.
    limit: At most so many rows, of the newest spans.
    """

    per: str
    by: str
    limit: int


class Events:
    """Calls of the API."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def newest_events(self, **options: Unpack[NewestEventsQuery]) -> NewestEventsAnswer:
        """The newest events, ascending by time, as `events --json` and with an id; last_id is where following
        begins.
        """
        return cast("NewestEventsAnswer", self._connection.get("/v1/events", {}, {**options}))

    def events_by_time(self, **options: Unpack[EventsByTimeQuery]) -> EventsAnswer:
        """The next events after (time, id), ascending by both: all of them, page by page."""
        return cast("EventsAnswer", self._connection.get("/v1/events/by-time", {}, {**options}))

    def events_before(self, **options: Unpack[EventsBeforeQuery]) -> EventsAnswer:
        """The events before (time, id), the newest first: page by page, back in time."""
        return cast("EventsAnswer", self._connection.get("/v1/events/before", {}, {**options}))

    def events_as_stored(self, **options: Unpack[EventsAsStoredQuery]) -> EventsAnswer:
        """The next events in the order in which they were stored, to follow them."""
        return cast("EventsAnswer", self._connection.get("/v1/events/as-stored", {}, {**options}))

    def event_days(self, **options: Unpack[EventDaysQuery]) -> List[EventDayAnswer]:
        """The days on which events arrived, with how many; reads all events."""
        return cast("List[EventDayAnswer]", self._connection.get("/v1/events/days", {}, {**options}))

    def events_of_day(self, day: str, **options: Unpack[EventsOfDayQuery]) -> EventsAnswer:
        """The next events that arrived on a day, in the order in which they were stored.

        day: The day of arrival, as 2026-01-31.
        """
        return cast("EventsAnswer", self._connection.get("/v1/events/days/{day}", {"day": day}, {**options}))

    def emotion_rollups(self, per: str, **options: Unpack[EmotionRollupsQuery]) -> List[EmotionRollup]:
        """Emotions by minute, hour or day in UTC, as `events --per`; summed, of all devices and cameras together.

        per: How long each is.
        """
        return cast("List[EmotionRollup]", self._connection.get("/v1/rollups/emotions", {}, {"per": per, **options}))

    def emotion_shares(self, **options: Unpack[EmotionSharesQuery]) -> List[EmotionShareAnswer]:
        """Emotions over time by the value of a label, for charts of shares; the newest spans first."""
        return cast("List[EmotionShareAnswer]", self._connection.get("/v1/rollups/emotions/shares", {}, {**options}))
