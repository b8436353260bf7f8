"""Where any number of ingest processes write: each batch is one transaction, which locks the streams that it moves.

What is known of an event's number stands with its stream (how far it is stored, runs above the first hole, gaps), so
that an event is stored once whichever processes get it, in whatever order, and whatever each of them remembers.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from fer_controller.errors import StoreUnavailable
from fer_controller.store.commands.store import CommandStore
from fer_controller.store.dead_letters.records import REDELIVERED, DeadLetter, conflict
from fer_controller.store.dead_letters.store import DeadLetterStore
from fer_controller.store.devices.store import DeviceStore
from fer_controller.store.events.records import NewEvent, Stream
from fer_controller.store.events.store import EventStore
from fer_controller.store.ingest.records import Batch, Written
from fer_controller.store.postgresql.batches import LastBatch
from fer_controller.store.postgresql.database import PostgresDatabase
from fer_controller.store.postgresql.devices import LockedDevices
from fer_controller.store.postgresql.partitions import Partitions
from fer_controller.store.postgresql.streams import LockedStreams
from fer_controller.store.telemetry.store import TelemetryStore

ANSWER_TIMEOUT_S = 10.0


class PostgresIngestStore:
    """Events, devices, telemetry and dead letters of one database."""

    def __init__(self, database: PostgresDatabase, *, dead_letters_max: int = 10_000) -> None:
        database.expect_answers_within(ANSWER_TIMEOUT_S)
        self._database = database
        self._partitions = Partitions(database)
        self._last_batch = LastBatch(database)
        self.events = EventStore(database)
        self.devices = DeviceStore(database)
        self.telemetry = TelemetryStore(database)
        self.commands = CommandStore(database)
        self.dead_letters = DeadLetterStore(database, dead_letters_max)

    def write(self, batch: Batch) -> Written:
        """Store all of it durably, or raise StoreUnavailable.

        The same batch is then written again; nothing is counted twice if it was stored and only the answer got lost.
        A known event changes nothing; another event under a known number becomes a dead letter.
        """
        try:
            self._partitions.expect(batch.received_at)
            with self._database.beside():
                return self._written(batch)
        except StoreUnavailable:
            self._partitions.forget()
            raise

    def _written(self, batch: Batch) -> Written:
        streams = LockedStreams(self._database, list(batch.arrived()), batch.received_at)
        new, known = streams.take()
        self._store(new)
        conflicts = self._conflicts(known, batch.received_at) if known else ()
        self._note_streams(batch, streams.now())
        devices = LockedDevices(self._database).put(batch)
        if batch.telemetry:
            self._database.rows("begin_telemetry")
            self.telemetry.add(batch.telemetry, batch.received_at)
        self.commands.replied(batch.replies, batch.received_at)
        redelivered = len(known) - len(conflicts)
        if self._last_batch.note(batch):
            self.dead_letters.add([*batch.dead_letters, *conflicts])
            self.dead_letters.leave_out(batch.letters_left_out)
            self.dead_letters.count(REDELIVERED, redelivered)
        return Written(len(new), redelivered, conflicts, streams.now(), streams.gaps, devices)

    def _store(self, new: Sequence[NewEvent]) -> None:
        if new:
            self._database.rows("begin_events")
            self._database.load("copy_events", new)

    def _note_streams(self, batch: Batch, moved: Iterable[Stream]) -> None:
        """What is said of streams beyond what their rows know, which is more than one process does."""
        known = {(each.device, each.epoch): each.contiguous_seq for each in moved}
        others = [each for each in batch.streams if (each.device, each.epoch) not in known]
        self.events.put_streams(others, batch.received_at)
        self.events.add_gaps([each for each in batch.gaps if each.first_seq > known.get((each.device, each.epoch), 0)])

    def _conflicts(self, known: Sequence[NewEvent], at: str) -> tuple[DeadLetter, ...]:
        """Those of the events that are not what is stored under their numbers; what was deleted can't be told."""
        numbers = {
            "devices": [event.device for event in known],
            "epochs": [event.epoch for event in known],
            "seqs": [event.seq for event in known],
        }
        stored = defaultdict[tuple[str, str, int], set[tuple[object, ...]]](set)
        for row in self._database.rows("events_by_numbers", numbers):
            stored[row["device"], row["epoch"], row["seq"]].add((row["camera"], row["said"], row["track"], row["kind"]))
        return tuple(conflict(event, at) for event in known if stored[_number(event)] - {_content(event)})


def _number(event: NewEvent) -> tuple[str, str, int]:
    return event.device, event.epoch, event.seq


def _content(event: NewEvent) -> tuple[object, ...]:
    return event.camera, event.device_time or event.time, event.track, event.kind
