"""Events in the database: written by the ingest, read by commands, the API and exports."""

import json
from collections.abc import Iterable, Sequence

from fer_wire import Box

from fer_controller.store.database import Database, Row, Values, named
from fer_controller.store.events.hours import AFTER_ALL, BestFace, EventHour, best_faces_of, hours_of, narrowed
from fer_controller.store.events.records import ArrivalDay, Gap, NewEvent, StoredEvent, Stream, Tally, told_uncertain
from fer_controller.store.filter import EventFilter, Where


class EventStore:
    """Events, their streams and their gaps."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest_events(self, wanted: EventFilter, limit: int, up_to_id: int) -> list[StoredEvent]:
        """The newest events that were stored up to an id, ascending by (time, id)."""
        found: list[StoredEvent] = []
        for part in narrowed(self._database, wanted, newest_first=True):
            if len(found) >= limit:
                break
            values = {"limit": limit - len(found), "up_to_id": up_to_id}
            found = self._events("newest_events", part, values) + found
        return found

    def events_page(self, wanted: EventFilter, after: tuple[str, int], limit: int) -> list[StoredEvent]:
        """The next events after (time, id), ascending by both; the first page is after ("", 0)."""
        found: list[StoredEvent] = []
        begun = wanted.model_copy(update={"since": max(wanted.since, after[0])})
        for part in narrowed(self._database, begun, newest_first=False):
            if len(found) >= limit:
                break
            values = {"after_time": after[0], "after_id": after[1], "limit": limit - len(found)}
            found += self._events("events_page", part, values)
        return found

    def events_before(self, wanted: EventFilter, before: tuple[str, int], limit: int) -> list[StoredEvent]:
        """The events before (time, id), the newest first; the first page is before ("~", 0)."""
        found: list[StoredEvent] = []
        begun = wanted.model_copy(update={"until": min(wanted.until, before[0] + AFTER_ALL)})
        for part in narrowed(self._database, begun, newest_first=True):
            if len(found) >= limit:
                break
            values = {"before_time": before[0], "before_id": before[1], "limit": limit - len(found)}
            found += self._events("events_before", part, values)
        return found

    def events_stored_after(self, wanted: EventFilter, after_id: int, limit: int) -> list[StoredEvent]:
        """The next events in the order in which they were stored."""
        values = {"after_id": after_id, "settled": self._settled(), "limit": limit}
        if next(narrowed(self._database, wanted, newest_first=True), None) is None:
            return []
        query = "events_stored_after" if wanted.device is None else "events_of_device_stored_after"
        return self._events(query, wanted, values)

    def arrival_days(self, wanted: EventFilter) -> list[ArrivalDay]:
        """The days on which events arrived that match, ascending."""
        where = Where(wanted, EventFilter)
        return self._database.records(ArrivalDay, "arrival_days", where.values, where=where)

    def events_of_day(
        self, wanted: EventFilter, day: str, after_id: int, up_to_id: int, limit: int
    ) -> list[StoredEvent]:
        """The next events that arrived on a day, in the order in which they were stored."""
        values = {"day": day, "after_id": after_id, "up_to_id": up_to_id, "limit": limit}
        return self._events("events_of_day", wanted, values)

    def last_event_id(self) -> int:
        """The id of the event stored last; 0 before the first."""
        return self._database.number("last_event_id", {"settled": self._settled()})

    def stored_between(self, after_id: int, up_to_id: int) -> int:
        """How many events have an id above one, up to another."""
        return self._database.number("events_between", {"after_id": after_id, "up_to_id": up_to_id})

    def first_arrived(self, since: str) -> int:
        """The id of the first event that arrived at a time or later; one more than the last id when there is none.

        Searched for in the ids, which grow with the arrivals as long as the controller's clock was not set back.
        """
        low, high = 1, self.last_event_id() + 1
        while low < high:
            middle = (low + high) // 2
            found = self._database.rows("event_from", {"id": middle})
            if not found or found[0]["received_at"] >= since:
                high = middle
            else:
                low = found[0]["id"] + 1
        return low

    def tally(self, device: str) -> Tally:
        """Counts a device's events: stored, with distinct (epoch, seq), and with the same content as another."""
        return self._database.records(Tally, "tally", {"device": device})[0]

    def number_of(self, device: str) -> int:
        """How many events of a device are stored now."""
        return self._database.number("events_of", {"device": device})

    def streams(self) -> list[Stream]:
        """All streams in the order in which they were first seen."""
        return self._database.records(Stream, "streams")

    def begun(self, device: str, day: str) -> int:
        """How many streams of a device began on a day or later."""
        return self._database.number("streams_begun", {"device": device, "day": day})

    def seqs_above(self, device: str, epoch: str, seq: int) -> list[int]:
        """The stored seqs of a stream above one, ascending."""
        rows = self._database.rows("seqs_above", {"device": device, "epoch": epoch, "seq": seq})
        return [row["seq"] for row in rows]

    def gaps(self) -> list[Gap]:
        """The gaps that devices declared, in the order in which they were noted."""
        return self._database.records(Gap, "gaps")

    def stored(self) -> dict[str, int]:
        """By device: events stored, including those deleted since."""
        return {row["device"]: row["events"] for row in self._database.rows("stored_events")}

    def dropped(self) -> dict[str, int]:
        """By device: events that it dropped when its spool was full."""
        return {row["device"]: row["events"] for row in self._database.rows("dropped_events")}

    def add(self, events: Sequence[NewEvent]) -> int:
        """Store the events that are new, and return how many there were."""
        self._database.many_tuples("note_hour", EventHour, hours_of(events))
        best = best_faces_of(events)
        if self._database.many_tuples("note_best_face", BestFace, best):
            self._database.many_tuples("forget_worse_faces", BestFace, best)
        return self._database.many_tuples("insert_event", NewEvent, events)

    def differs_from_stored(self, event: NewEvent) -> bool:
        """Whether a different event is stored under its (device, epoch, seq); False when that was deleted."""
        number = {"device": event.device, "epoch": event.epoch, "seq": event.seq}
        stored = self._database.rows("event_by_number", number)
        content = (event.camera, event.device_time or event.time, event.track, event.kind)
        said = ((row["camera"], row["device_time"] or row["time"], row["track"], row["kind"]) for row in stored)
        return any(each != content for each in said)

    def put_streams(self, streams: Iterable[Stream], first_seen: str) -> None:
        """Write how far streams are stored; new ones get this first_seen."""
        self._database.many("upsert_stream", [{**named(stream), "first_seen": first_seen} for stream in streams])

    def add_gaps(self, gaps: Iterable[Gap]) -> None:
        """Note the gaps that devices declared, each once."""
        self._database.many("insert_gap", map(named, gaps))

    def _settled(self) -> int:
        """Asked for first: where several write, a lower id may become visible after a higher one."""
        return self._database.number("settled_events")

    def _events(self, query: str, wanted: EventFilter, values: Values) -> list[StoredEvent]:
        where = Where(wanted, EventFilter)
        return [_event(row) for row in self._database.rows(query, {**where.values, **values}, where=where)]


def _event(row: Row) -> StoredEvent:
    box = Box.model_construct(x=row["box_x"], y=row["box_y"], width=row["box_width"], height=row["box_height"])
    return StoredEvent(
        id=row["id"], device=row["device"], camera=row["camera"], epoch=row["epoch"], seq=row["seq"], time=row["time"],
        track=row["track"], kind=row["kind"], emotion=row["emotion"], confidence=row["confidence"],
        probabilities=json.loads(row["probabilities"]), box=box, model=row["model"], face_px=row["face_px"],
        yaw_degrees=row["yaw_degrees"], pitch_degrees=row["pitch_degrees"], roll_degrees=row["roll_degrees"],
        device_time=row["device_time"], uncertain=told_uncertain(row["uncertain"]),
    )  # fmt: skip
