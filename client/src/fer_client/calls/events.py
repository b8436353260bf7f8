"""Events. Written by `make docs` from controller/src/fer_controller/operations; edit that instead."""

from __future__ import annotations

from typing import Dict, List, TypedDict, cast

from fer_client.connection import Connection


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


class NewestEventsAnswer(TypedDict):
    """The newest events, ascending by time."""

    events: List[StoredEvent]
    last_id: int


class EventsAnswer(TypedDict):
    """Events, in the order that was asked for."""

    events: List[StoredEvent]


class EventDayAnswer(TypedDict):
    """The events that arrived on one day, in UTC by the controller's clock."""

    day: str
    events: int
    first_id: int
    last_id: int
    over: bool
    whole: bool


class EmotionRollup(TypedDict):
    """One emotion on one camera in that minute or hour: events without ends of tracks, and new faces."""

    start: str
    device: str
    camera: str
    emotion: str
    events: int
    faces: int
    confidence_mean: float


class EmotionShareAnswer(TypedDict):
    """How often an emotion was seen in a span of time, by devices that share the value of a label."""

    start: str
    value: str | None
    emotion: str
    events: int
    faces: int


class Events:
    """Calls of the API."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def newest_events(
        self,
        *,
        device: str | None = None,
        since: str | None = None,
        until: str | None = None,
        camera: str | None = None,
        emotion: str | None = None,
        kind: str | None = None,
        track: int | None = None,
        min_face_px: float | None = None,
        max_yaw: float | None = None,
        limit: int | None = None,
        up_to_id: int | None = None,
    ) -> NewestEventsAnswer:
        """The newest events, ascending by time, as `events --json` and with an id; last_id is where following begins.

        device: Only this device.
        since: Not before: 90s, 10m, 2h, 3d ago, or ISO 8601, in local time where no zone is given.
        until: Before: 90s, 10m, 2h, 3d ago, or ISO 8601, in local time where no zone is given.
        camera: Only this camera.
        emotion: Only this emotion.
        kind: Only start, change, heartbeat or end.
        track: Only this track.
        min_face_px: Only faces of this size or larger, pixels; not those of unknown size.
        max_yaw: Only heads turned to a side by so many degrees at most; not where it is unknown.
        limit: The newest so many.
        up_to_id: Stored up to this id; by default all.
        """
        return cast(
            "NewestEventsAnswer",
            self._connection.get(
                "/v1/events",
                {},
                {
                    "device": device,
                    "since": since,
                    "until": until,
                    "camera": camera,
                    "emotion": emotion,
                    "kind": kind,
                    "track": track,
                    "min_face_px": min_face_px,
                    "max_yaw": max_yaw,
                    "limit": limit,
                    "up_to_id": up_to_id,
                },
            ),
        )

    def events_by_time(
        self,
        *,
        device: str | None = None,
        since: str | None = None,
        until: str | None = None,
        camera: str | None = None,
        emotion: str | None = None,
        kind: str | None = None,
        track: int | None = None,
        min_face_px: float | None = None,
        max_yaw: float | None = None,
        after_time: str | None = None,
        after_id: int | None = None,
        limit: int | None = None,
    ) -> EventsAnswer:
        """The next events after (time, id), ascending by both: all of them, page by page.

        device: Only this device.
        since: Not before: 90s, 10m, 2h, 3d ago, or ISO 8601, in local time where no zone is given.
        until: Before: 90s, 10m, 2h, 3d ago, or ISO 8601, in local time where no zone is given.
        camera: Only this camera.
        emotion: Only this emotion.
        kind: Only start, change, heartbeat or end.
        track: Only this track.
        min_face_px: Only faces of this size or larger, pixels; not those of unknown size.
        max_yaw: Only heads turned to a side by so many degrees at most; not where it is unknown.
        after_time: After this time, and then after_id.
        after_id: After this id.
        limit: The next so many.
        """
        return cast(
            "EventsAnswer",
            self._connection.get(
                "/v1/events/by-time",
                {},
                {
                    "device": device,
                    "since": since,
                    "until": until,
                    "camera": camera,
                    "emotion": emotion,
                    "kind": kind,
                    "track": track,
                    "min_face_px": min_face_px,
                    "max_yaw": max_yaw,
                    "after_time": after_time,
                    "after_id": after_id,
                    "limit": limit,
                },
            ),
        )

    def events_before(
        self,
        *,
        device: str | None = None,
        since: str | None = None,
        until: str | None = None,
        camera: str | None = None,
        emotion: str | None = None,
        kind: str | None = None,
        track: int | None = None,
        min_face_px: float | None = None,
        max_yaw: float | None = None,
        before_time: str | None = None,
        before_id: int | None = None,
        limit: int | None = None,
    ) -> EventsAnswer:
        """The events before (time, id), the newest first: page by page, back in time.

        device: Only this device.
        since: Not before: 90s, 10m, 2h, 3d ago, or ISO 8601, in local time where no zone is given.
        until: Before: 90s, 10m, 2h, 3d ago, or ISO 8601, in local time where no zone is given.
        camera: Only this camera.
        emotion: Only this emotion.
        kind: Only start, change, heartbeat or end.
        track: Only this track.
        min_face_px: Only faces of this size or larger, pixels; not those of unknown size.
        max_yaw: Only heads turned to a side by so many degrees at most; not where it is unknown.
        before_time: Before this time, and then before_id: those of the last event.
        before_id: Before this id.
        limit: The next so many.
        """
        return cast(
            "EventsAnswer",
            self._connection.get(
                "/v1/events/before",
                {},
                {
                    "device": device,
                    "since": since,
                    "until": until,
                    "camera": camera,
                    "emotion": emotion,
                    "kind": kind,
                    "track": track,
                    "min_face_px": min_face_px,
                    "max_yaw": max_yaw,
                    "before_time": before_time,
                    "before_id": before_id,
                    "limit": limit,
                },
            ),
        )

    def events_as_stored(
        self,
        *,
        device: str | None = None,
        since: str | None = None,
        until: str | None = None,
        camera: str | None = None,
        emotion: str | None = None,
        kind: str | None = None,
        track: int | None = None,
        min_face_px: float | None = None,
        max_yaw: float | None = None,
        after_id: int | None = None,
        limit: int | None = None,
    ) -> EventsAnswer:
        """The next events in the order in which they were stored, to follow them.

        device: Only this device.
        since: Not before: 90s, 10m, 2h, 3d ago, or ISO 8601, in local time where no zone is given.
        until: Before: 90s, 10m, 2h, 3d ago, or ISO 8601, in local time where no zone is given.
        camera: Only this camera.
        emotion: Only this emotion.
        kind: Only start, change, heartbeat or end.
        track: Only this track.
        min_face_px: Only faces of this size or larger, pixels; not those of unknown size.
        max_yaw: Only heads turned to a side by so many degrees at most; not where it is unknown.
        after_id: After this id.
        limit: The next so many.
        """
        return cast(
            "EventsAnswer",
            self._connection.get(
                "/v1/events/as-stored",
                {},
                {
                    "device": device,
                    "since": since,
                    "until": until,
                    "camera": camera,
                    "emotion": emotion,
                    "kind": kind,
                    "track": track,
                    "min_face_px": min_face_px,
                    "max_yaw": max_yaw,
                    "after_id": after_id,
                    "limit": limit,
                },
            ),
        )

    def event_days(
        self,
        *,
        device: str | None = None,
        since: str | None = None,
        until: str | None = None,
        camera: str | None = None,
        emotion: str | None = None,
        kind: str | None = None,
        track: int | None = None,
        min_face_px: float | None = None,
        max_yaw: float | None = None,
    ) -> List[EventDayAnswer]:
        """The days on which events arrived, with how many; reads all events.

        device: Only this device.
        since: Not before: 90s, 10m, 2h, 3d ago, or ISO 8601, in local time where no zone is given.
        until: Before: 90s, 10m, 2h, 3d ago, or ISO 8601, in local time where no zone is given.
        camera: Only this camera.
        emotion: Only this emotion.
        kind: Only start, change, heartbeat or end.
        track: Only this track.
        min_face_px: Only faces of this size or larger, pixels; not those of unknown size.
        max_yaw: Only heads turned to a side by so many degrees at most; not where it is unknown.
        """
        return cast(
            "List[EventDayAnswer]",
            self._connection.get(
                "/v1/events/days",
                {},
                {
                    "device": device,
                    "since": since,
                    "until": until,
                    "camera": camera,
                    "emotion": emotion,
                    "kind": kind,
                    "track": track,
                    "min_face_px": min_face_px,
                    "max_yaw": max_yaw,
                },
            ),
        )

    def events_of_day(
        self,
        day: str,
        *,
        device: str | None = None,
        since: str | None = None,
        until: str | None = None,
        camera: str | None = None,
        emotion: str | None = None,
        kind: str | None = None,
        track: int | None = None,
        min_face_px: float | None = None,
        max_yaw: float | None = None,
        after_id: int | None = None,
        up_to_id: int | None = None,
        limit: int | None = None,
    ) -> EventsAnswer:
        """The next events that arrived on a day, in the order in which they were stored.

        device: Only this device.
        since: Not before: 90s, 10m, 2h, 3d ago, or ISO 8601, in local time where no zone is given.
        until: Before: 90s, 10m, 2h, 3d ago, or ISO 8601, in local time where no zone is given.
        camera: Only this camera.
        emotion: Only this emotion.
        kind: Only start, change, heartbeat or end.
        track: Only this track.
        min_face_px: Only faces of this size or larger, pixels; not those of unknown size.
        max_yaw: Only heads turned to a side by so many degrees at most; not where it is unknown.
        day: The day of arrival, as 2026-01-31.
        after_id: After this id.
        up_to_id: Up to this id.
        limit: The next so many.
        """
        return cast(
            "EventsAnswer",
            self._connection.get(
                "/v1/events/days/{day}",
                {"day": day},
                {
                    "device": device,
                    "since": since,
                    "until": until,
                    "camera": camera,
                    "emotion": emotion,
                    "kind": kind,
                    "track": track,
                    "min_face_px": min_face_px,
                    "max_yaw": max_yaw,
                    "after_id": after_id,
                    "up_to_id": up_to_id,
                    "limit": limit,
                },
            ),
        )

    def emotion_rollups(
        self,
        per: str,
        *,
        device: str | None = None,
        since: str | None = None,
        until: str | None = None,
        camera: str | None = None,
        emotion: str | None = None,
        limit: int | None = None,
        summed: bool | None = None,
    ) -> List[EmotionRollup]:
        """Emotions by minute or hour, as `events --per`; summed, of all devices and cameras together.

        device: Only this device.
        since: Not before: 90s, 10m, 2h, 3d ago, or ISO 8601, in local time where no zone is given.
        until: Before: 90s, 10m, 2h, 3d ago, or ISO 8601, in local time where no zone is given.
        camera: Only this camera.
        emotion: Only this emotion.
        per: How long each is.
        limit: The newest so many.
        summed: Of all devices and cameras together.
        """
        return cast(
            "List[EmotionRollup]",
            self._connection.get(
                "/v1/rollups/emotions",
                {},
                {
                    "device": device,
                    "since": since,
                    "until": until,
                    "camera": camera,
                    "emotion": emotion,
                    "per": per,
                    "limit": limit,
                    "summed": summed,
                },
            ),
        )

    def emotion_shares(
        self,
        *,
        device: str | None = None,
        since: str | None = None,
        until: str | None = None,
        camera: str | None = None,
        emotion: str | None = None,
        per: str | None = None,
        by: str | None = None,
        limit: int | None = None,
    ) -> List[EmotionShareAnswer]:
        """Emotions over time by the value of a label, for charts of shares; the newest spans first.

        device: Only this device.
        since: Not before: 90s, 10m, 2h, 3d ago, or ISO 8601, in local time where no zone is given.
        until: Before: 90s, 10m, 2h, 3d ago, or ISO 8601, in local time where no zone is given.
        camera: Only this camera.
        emotion: Only this emotion.
        per: How long each span is.
        by: The label by whose values devices are grouped; else none.
        limit: At most so many rows, of the newest spans.
        """
        return cast(
            "List[EmotionShareAnswer]",
            self._connection.get(
                "/v1/rollups/emotions/shares",
                {},
                {
                    "device": device,
                    "since": since,
                    "until": until,
                    "camera": camera,
                    "emotion": emotion,
                    "per": per,
                    "by": by,
                    "limit": limit,
                },
            ),
        )
