"""What the events of each hour are like, so that a look for what is rare, or nowhere, reads few events or none."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from fer_controller.store.database import Database, Row
from fer_controller.store.events.records import NewEvent
from fer_controller.store.filter import EventFilter

HOURS_AT_A_TIME = 168
HOUR_CHARACTERS = len("2026-01-31T12")
AFTER_ALL = "~"
"""What comes after every time of an hour when it is put behind the hour."""
ANY_TIME = (EventFilter().since, EventFilter().until)
NO_FACE_PX, NO_YAW_DEGREES = -1.0, 999.0
"""Where no face's size, and no head's angle, is known; no filter is satisfied by them."""
POSSIBLE = {
    "camera": "camera = :camera",
    "emotion": "emotion = :emotion",
    "kind": "kind = :kind",
    "track": ":track BETWEEN first_track AND last_track",
    "min_face_px": "largest_face_px >= :min_face_px",
    "max_yaw": "least_yaw_degrees <= :max_yaw",
}
"""What an hour must hold for a field of the filter to be satisfied in it."""
FACE_AND_HEAD = {"min_face_px", "max_yaw"}
BOTH_OF_ONE_FACE = (
    "EXISTS (SELECT 1 FROM best_faces WHERE best_faces.hour = event_hours.hour "
    "AND face_px >= :min_face_px AND yaw_degrees <= :max_yaw)"
)
"""What it must hold for both of these to be satisfied by one event."""


class EventHour(NamedTuple):
    """The events of one hour that have camera, emotion and kind in common."""

    hour: str
    camera: str
    emotion: str
    kind: str
    first_track: int
    last_track: int
    largest_face_px: float
    least_yaw_degrees: float


class BestFace(NamedTuple):
    """A face of an hour such that no other one is at least as large and turned no more to a side."""

    hour: str
    face_px: float
    yaw_degrees: float


def best_faces_of(events: Iterable[NewEvent]) -> list[BestFace]:
    """What is to be noted of these events."""
    largest_first = sorted(
        (event.time[:HOUR_CHARACTERS], -event.face_px, abs(event.yaw_degrees))
        for event in events
        if event.face_px is not None and event.yaw_degrees is not None
    )
    best = list[BestFace]()
    for hour, negative_px, yaw_degrees in largest_first:
        if not best or best[-1].hour != hour or yaw_degrees < best[-1].yaw_degrees:
            best.append(BestFace(hour, -negative_px, yaw_degrees))
    return best


def hours_of(events: Iterable[NewEvent]) -> list[EventHour]:
    """What is to be noted of these events."""
    found = defaultdict[tuple[str, str, str, str], list[NewEvent]](list)
    for event in events:
        found[event.time[:HOUR_CHARACTERS], event.camera, event.emotion, event.kind].append(event)
    return [_hour(alike, among) for alike, among in found.items()]


def narrowed(database: Database, wanted: EventFilter, *, newest_first: bool) -> Iterator[EventFilter]:
    """The filter for each stretch of hours in which something may match, in their order; itself where all may."""
    fields = [field for field in POSSIBLE if getattr(wanted, field) is not None]
    if not fields and (wanted.since, wanted.until) == ANY_TIME:
        yield wanted
        return
    possible = _possible(fields)
    order = "DESC" if newest_first else "ASC"
    first, before = wanted.since[:HOUR_CHARACTERS], wanted.until
    while True:
        values = {**{field: getattr(wanted, field) for field in fields}, "first": first, "before": before}
        hours = database.rows("event_hours", {**values, "limit": HOURS_AT_A_TIME}, possible=possible, order=order)
        yield from _stretches(wanted, hours)
        if len(hours) < HOURS_AT_A_TIME:
            return
        last = hours[-1]["hour"]
        first, before = (first, last) if newest_first else (last + AFTER_ALL, before)


def _possible(fields: Collection[str]) -> str:
    asked = [POSSIBLE[field] for field in fields]
    return " AND ".join([*asked, BOTH_OF_ONE_FACE] if FACE_AND_HEAD.issubset(fields) else asked) or "1"


def _stretches(wanted: EventFilter, hours: list[Row]) -> Iterator[EventFilter]:
    for possible, stretch in groupby(hours, key=lambda row: bool(row["possible"])):
        if possible:
            names = sorted(row["hour"] for row in stretch)
            since, until = max(wanted.since, names[0]), min(wanted.until, names[-1] + AFTER_ALL)
            yield wanted.model_copy(update={"since": since, "until": until})


def _hour(alike: tuple[str, str, str, str], among: list[NewEvent]) -> EventHour:
    tracks = [event.track for event in among]
    sizes_px = [event.face_px for event in among if event.face_px is not None]
    yaws = [abs(event.yaw_degrees) for event in among if event.yaw_degrees is not None]
    return EventHour(
        *alike, min(tracks), max(tracks), max(sizes_px, default=NO_FACE_PX), min(yaws, default=NO_YAW_DEGREES)
    )
