"""A store that forgets everything when it goes; for tests and trials, under the same tests as SQLite."""

from collections import Counter

from fer_wire import EmotionEvent
from fer_wire.message import iso_utc

from fer_controller.errors import StoreUnavailable
from fer_controller.store.records import (
    DEAD_LETTERS,
    DEAD_LETTERS_DROPPED,
    REDELIVERED,
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
    conflict,
)


class MemoryStore:
    """Keeps all in this process; `unavailable`, when set, is raised by every write instead of storing."""

    def __init__(self, *, dead_letters_max: int = 10_000) -> None:
        self.unavailable: StoreUnavailable | None = None
        self._dead_letters_max = dead_letters_max
        self._events: dict[tuple[str, str, int], StoredEvent] = {}
        self._streams: dict[tuple[str, str], Stream] = {}
        self._gaps: dict[tuple[str, str, int], Gap] = {}
        self._devices: dict[str, Device] = {}
        self._telemetry: dict[tuple[str, str, str], StoredTelemetry] = {}
        self._dead_letters: list[DeadLetter] = []
        self._counters: Counter[str] = Counter()

    def write(self, batch: Batch) -> Written:
        if self.unavailable is not None:
            raise self.unavailable
        new = sum(self._insert(event) for event in batch.events)
        self._streams.update({(s.device, s.epoch): s for s in batch.streams})
        for gap in batch.gaps:
            self._gaps.setdefault((gap.device, gap.epoch, gap.first_seq), gap)
        self._devices.update({device.device: device for device in batch.devices})
        for t in batch.telemetry:
            row = StoredTelemetry(len(self._telemetry) + 1, t.device, iso_utc(t.time), t.model_dump_json())
            self._telemetry.setdefault((t.device, t.run, row.time), row)
        conflicts = tuple(conflict(e, batch.received_at) for e in batch.events if self._tells_another_story(e))
        self._bury([*batch.dead_letters, *conflicts])
        redelivered = len(batch.events) - new - len(conflicts)
        self._counters[REDELIVERED] += redelivered
        return Written(new, redelivered, conflicts)

    def streams(self) -> list[Stream]:
        return list(self._streams.values())

    def seqs_above(self, device: str, epoch: str, seq: int) -> list[int]:
        return sorted(n for d, e, n in self._events if (d, e) == (device, epoch) and n > seq)

    def newest_events(self, wanted: EventFilter, limit: int, up_to_id: int) -> list[StoredEvent]:
        found = [event for event in self._by_time(wanted) if event.id <= up_to_id]
        return found[max(0, len(found) - limit) :]

    def events_page(self, wanted: EventFilter, after: tuple[str, int], limit: int) -> list[StoredEvent]:
        return [event for event in self._by_time(wanted) if (event.time, event.id) > after][:limit]

    def events_stored_after(self, wanted: EventFilter, after_id: int, limit: int) -> list[StoredEvent]:
        return [event for event in self._events.values() if event.id > after_id and _matches(event, wanted)][:limit]

    def last_event_id(self) -> int:
        return len(self._events)

    def tally(self, device: str) -> Tally:
        events = [event for event in self._events.values() if event.device == device]
        said = {(event.camera, event.track, event.kind, event.time) for event in events}
        return Tally(len(events), len({(event.epoch, event.seq) for event in events}), len(events) - len(said))

    def devices(self) -> list[Device]:
        return [self._devices[name] for name in sorted(self._devices)]

    def newest_telemetry(self, device: str | None, limit: int) -> list[StoredTelemetry]:
        found = self.telemetry_stored_after(device, 0, len(self._telemetry))
        if device is not None:
            found.sort(key=lambda message: (message.time, message.id))
        return sorted(found[max(0, len(found) - limit) :], key=lambda message: message.id)

    def telemetry_stored_after(self, device: str | None, after_id: int, limit: int) -> list[StoredTelemetry]:
        return [t for t in self._telemetry.values() if t.id > after_id and device in (None, t.device)][:limit]

    def dead_letters(self, limit: int) -> list[DeadLetter]:
        return self._dead_letters[max(0, len(self._dead_letters) - limit) :]

    def gaps(self) -> list[Gap]:
        return list(self._gaps.values())

    def counters(self) -> dict[str, int]:
        return {name: value for name, value in sorted(self._counters.items()) if value}

    def close(self) -> None:
        """Nothing to let go of."""

    def _insert(self, event: EmotionEvent) -> bool:
        key = (event.device, event.epoch, event.seq)
        if key in self._events:
            return False
        self._events[key] = StoredEvent(
            len(self._events) + 1, event.device, event.camera, event.epoch, event.seq, iso_utc(event.time), event.track,
            event.kind, event.emotion, event.confidence, event.probabilities, event.box, event.model,
        )  # fmt: skip
        return True

    def _tells_another_story(self, event: EmotionEvent) -> bool:
        stored = self._events[event.device, event.epoch, event.seq]
        story = (stored.camera, stored.time, stored.track, stored.kind)
        return story != (event.camera, iso_utc(event.time), event.track, event.kind)

    def _bury(self, letters: list[DeadLetter]) -> None:
        self._dead_letters += letters
        dropped = max(0, len(self._dead_letters) - self._dead_letters_max)
        del self._dead_letters[:dropped]
        self._counters[DEAD_LETTERS] += len(letters)
        self._counters[DEAD_LETTERS_DROPPED] += dropped

    def _by_time(self, wanted: EventFilter) -> list[StoredEvent]:
        found = [event for event in self._events.values() if _matches(event, wanted)]
        return sorted(found, key=lambda event: (event.time, event.id))


def _matches(event: StoredEvent, wanted: EventFilter) -> bool:
    exact = ("device", "camera", "emotion", "kind", "track")
    return wanted.since <= event.time < wanted.until and all(
        getattr(wanted, name) in (None, getattr(event, name)) for name in exact
    )
