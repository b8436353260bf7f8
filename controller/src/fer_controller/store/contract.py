"""What the controller asks of a store; the database and the memory answer the same tests."""

from typing import Protocol

from fer_controller.store.commands.records import CommandRow
from fer_controller.store.dead_letters.records import DeadLetter
from fer_controller.store.devices.records import Device
from fer_controller.store.events.records import Gap, StoredEvent, Stream, Tally
from fer_controller.store.filter import EventFilter
from fer_controller.store.ingest.records import Batch, Written
from fer_controller.store.telemetry.records import StoredTelemetry


class EventReader(Protocol):
    """Reads events, their streams and their gaps."""

    def newest_events(self, wanted: EventFilter, limit: int, up_to_id: int) -> list[StoredEvent]:
        """The newest events that were stored up to an id, ascending by (time, id)."""

    def events_page(self, wanted: EventFilter, after: tuple[str, int], limit: int) -> list[StoredEvent]:
        """The next events after (time, id), ascending by both; the first page is after ("", 0)."""

    def events_before(self, wanted: EventFilter, before: tuple[str, int], limit: int) -> list[StoredEvent]:
        """The events before (time, id), the newest first; the first page is before ("~", 0)."""

    def events_stored_after(self, wanted: EventFilter, after_id: int, limit: int) -> list[StoredEvent]:
        """The next events in the order in which they were stored."""

    def last_event_id(self) -> int:
        """The id of the event stored last; 0 before the first."""

    def tally(self, device: str) -> Tally:
        """Counts a device's events: stored, with distinct (epoch, seq), and with the same content as another."""

    def streams(self) -> list[Stream]:
        """All streams in the order in which they were first seen."""

    def seqs_above(self, device: str, epoch: str, seq: int) -> list[int]:
        """The stored seqs of a stream above one, ascending."""

    def gaps(self) -> list[Gap]:
        """The gaps that devices declared, in the order in which they were noted."""


class TelemetryReader(Protocol):
    """Reads telemetry."""

    def newest_telemetry(self, device: str | None, limit: int) -> list[StoredTelemetry]:
        """The newest telemetry as stored, or of one device by its own clock, ascending by id."""

    def telemetry_stored_after(self, device: str | None, after_id: int, limit: int) -> list[StoredTelemetry]:
        """The next telemetry in the order in which it was stored."""


class DeviceReader(Protocol):
    """Reads devices."""

    def all(self) -> list[Device]:
        """All devices by name."""


class DeadLetterReader(Protocol):
    """Reads messages that could not be parsed, and counters."""

    def newest(self, limit: int) -> list[DeadLetter]:
        """The newest dead letters, ascending by time."""

    def counters(self) -> dict[str, int]:
        """What was counted since the store was made."""


class CommandBook(Protocol):
    """Commands to devices."""

    def ask(self, command: CommandRow) -> None:
        """Note what is asked of a device."""

    def of(self, id_: str, /) -> CommandRow | None:
        """A command with all that was replied."""


class Store(Protocol):
    """Where the ingest writes, from one thread."""

    @property
    def events(self) -> EventReader:
        """Events and their streams."""

    @property
    def devices(self) -> DeviceReader:
        """Devices."""

    @property
    def telemetry(self) -> TelemetryReader:
        """Telemetry."""

    @property
    def commands(self) -> CommandBook:
        """Commands, to which devices reply."""

    @property
    def dead_letters(self) -> DeadLetterReader:
        """Messages that could not be read."""

    def write(self, batch: Batch) -> Written:
        """Store all of it durably, or raise StoreUnavailable and store nothing.

        A known event changes nothing; another event under a known number becomes a dead letter.
        """
