"""What the controller asks of a store; SQLite and the memory answer the same tests."""

from typing import Protocol

from fer_controller.store.records import (
    Batch,
    DeadLetter,
    Device,
    EventFilter,
    Gap,
    StoredEvent,
    StoredTelemetry,
    Stream,
    Tally,
    Written,
)


class EventReader(Protocol):
    """Looks at events."""

    def newest_events(self, wanted: EventFilter, limit: int, up_to_id: int) -> list[StoredEvent]:
        """The newest events that were stored up to an id, ascending by (time, id)."""

    def events_page(self, wanted: EventFilter, after: tuple[str, int], limit: int) -> list[StoredEvent]:
        """The next events after (time, id), ascending by both; the first page is after ("", 0)."""

    def events_stored_after(self, wanted: EventFilter, after_id: int, limit: int) -> list[StoredEvent]:
        """The next events in the order in which they were stored."""

    def last_event_id(self) -> int:
        """The id of the event stored last; 0 before the first."""


class TelemetryReader(Protocol):
    """Looks at telemetry."""

    def newest_telemetry(self, device: str | None, limit: int) -> list[StoredTelemetry]:
        """The newest telemetry as stored, or of one device by its own clock, ascending by id."""

    def telemetry_stored_after(self, device: str | None, after_id: int, limit: int) -> list[StoredTelemetry]:
        """The next telemetry in the order in which it was stored."""


class Reader(EventReader, TelemetryReader, Protocol):
    """Looks at a store, also beside a running controller."""

    def tally(self, device: str) -> Tally:
        """How many events of a device are stored, how many (epoch, seq), and how many say the same twice."""

    def devices(self) -> list[Device]:
        """All devices by name."""

    def dead_letters(self, limit: int) -> list[DeadLetter]:
        """The newest dead letters, ascending by time."""

    def gaps(self) -> list[Gap]:
        """What devices declared dropped, in the order in which it was noted."""

    def counters(self) -> dict[str, int]:
        """What was counted since the store was made."""

    def close(self) -> None:
        """Let go of it."""


class Store(Reader, Protocol):
    """Also writes; one at a time per store."""

    def write(self, batch: Batch) -> Written:
        """Store all of it durably, or raise StoreUnavailable and store nothing.

        A known event changes nothing; another event under a known number becomes a dead letter.
        """

    def streams(self) -> list[Stream]:
        """All streams in the order in which they were first seen."""

    def seqs_above(self, device: str, epoch: str, seq: int) -> list[int]:
        """The stored seqs of a stream above one, ascending."""
