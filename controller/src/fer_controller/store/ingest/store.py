"""Where the ingest writes: each batch is one transaction over several subjects."""

from fer_controller.store.commands.store import CommandStore
from fer_controller.store.database import Database
from fer_controller.store.dead_letters.records import REDELIVERED, DeadLetter, conflict
from fer_controller.store.dead_letters.store import DeadLetterStore
from fer_controller.store.devices.store import DeviceStore
from fer_controller.store.events.store import EventStore
from fer_controller.store.ingest.records import Batch, Written
from fer_controller.store.telemetry.store import TelemetryStore


class IngestStore:
    """Events, devices, telemetry and dead letters of one database."""

    def __init__(self, database: Database, *, dead_letters_max: int = 10_000) -> None:
        self._database = database
        self.events = EventStore(database)
        self.devices = DeviceStore(database)
        self.telemetry = TelemetryStore(database)
        self.commands = CommandStore(database)
        self.dead_letters = DeadLetterStore(database, dead_letters_max)

    def write(self, batch: Batch) -> Written:
        """Store all of it durably, or raise StoreUnavailable and store nothing.

        A known event changes nothing; another event under a known number becomes a dead letter.
        """
        with self._database.transaction():
            events = self.events.add(batch.events)
            known = len(batch.events) - events
            conflicts = self._conflicts(batch) if known else ()
            redelivered = known - len(conflicts)
            self.events.put_streams(batch.streams, batch.received_at)
            self.events.add_gaps(batch.gaps)
            self.devices.put(batch.devices)
            self.telemetry.add(batch.telemetry, batch.received_at)
            self.commands.replied(batch.replies, batch.received_at)
            self.dead_letters.add([*batch.dead_letters, *conflicts])
            self.dead_letters.leave_out(batch.letters_left_out)
            self.dead_letters.count(REDELIVERED, redelivered)
        return Written(events, redelivered, conflicts, tuple(batch.streams), tuple(batch.gaps), tuple(batch.devices))

    def _conflicts(self, batch: Batch) -> tuple[DeadLetter, ...]:
        return tuple(
            conflict(event, batch.received_at) for event in batch.events if self.events.differs_from_stored(event)
        )
