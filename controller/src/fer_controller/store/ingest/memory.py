"""A store in memory, for tests and trials; it passes the same tests as the database."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from fer_wire import Box, Reply, Telemetry
from fer_wire.message import iso_utc
from pydantic_core import from_json

from fer_controller.errors import StoreUnavailable
from fer_controller.store.commands.records import TABLE, CommandRow, reply_of
from fer_controller.store.dead_letters.records import (
    DEAD_LETTERS,
    DEAD_LETTERS_DROPPED,
    REDELIVERED,
    DeadLetter,
    conflict,
)
from fer_controller.store.devices.records import Device
from fer_controller.store.events.records import Gap, NewEvent, StoredEvent, Stream, Tally, told_uncertain
from fer_controller.store.filter import EventFilter
from fer_controller.store.ingest.records import Batch, Written
from fer_controller.store.telemetry.records import StoredTelemetry


class MemoryStore:
    """Keeps everything in this process; every write raises `unavailable` while it is set."""

    def __init__(self, *, dead_letters_max: int = 10_000) -> None:
        self.unavailable: StoreUnavailable | None = None
        self.events = MemoryEvents()
        self.devices = MemoryDevices()
        self.telemetry = MemoryTelemetry()
        self.commands = MemoryCommands()
        self.dead_letters = MemoryDeadLetters(dead_letters_max)

    def write(self, batch: Batch) -> Written:
        if self.unavailable is not None:
            raise self.unavailable
        new = sum(self.events.add(event) for event in batch.events)
        self.events.put(batch.streams, batch.gaps)
        self.devices.put(batch.devices)
        for message in batch.telemetry:
            self.telemetry.add(message, batch.received_at)
        self.commands.replied(batch.replies, batch.received_at)
        conflicts = tuple(conflict(e, batch.received_at) for e in batch.events if self.events.differs_from_stored(e))
        self.dead_letters.add([*batch.dead_letters, *conflicts])
        self.dead_letters.leave_out(batch.letters_left_out)
        redelivered = len(batch.events) - new - len(conflicts)
        self.dead_letters.count(REDELIVERED, redelivered)
        return Written(new, redelivered, conflicts, tuple(batch.streams), tuple(batch.gaps), tuple(batch.devices))


class MemoryEvents:
    """Events, streams and gaps."""

    def __init__(self) -> None:
        self._events: dict[tuple[str, str, int], StoredEvent] = {}
        self._streams: dict[tuple[str, str], Stream] = {}
        self._gaps: dict[tuple[str, str, int], Gap] = {}

    def newest_events(self, wanted: EventFilter, limit: int, up_to_id: int) -> list[StoredEvent]:
        found = [event for event in self._by_time(wanted) if event.id <= up_to_id]
        return found[max(0, len(found) - limit) :]

    def events_page(self, wanted: EventFilter, after: tuple[str, int], limit: int) -> list[StoredEvent]:
        return [event for event in self._by_time(wanted) if (event.time, event.id) > after][:limit]

    def events_before(self, wanted: EventFilter, before: tuple[str, int], limit: int) -> list[StoredEvent]:
        return [event for event in reversed(self._by_time(wanted)) if (event.time, event.id) < before][:limit]

    def events_stored_after(self, wanted: EventFilter, after_id: int, limit: int) -> list[StoredEvent]:
        return [event for event in self._events.values() if event.id > after_id and wanted.accepts(event)][:limit]

    def last_event_id(self) -> int:
        return len(self._events)

    def tally(self, device: str) -> Tally:
        events = [event for event in self._events.values() if event.device == device]
        said = {(event.camera, event.track, event.kind, event.device_time or event.time) for event in events}
        return Tally(len(events), len({(event.epoch, event.seq) for event in events}), len(events) - len(said))

    def streams(self) -> list[Stream]:
        return list(self._streams.values())

    def seqs_above(self, device: str, epoch: str, seq: int) -> list[int]:
        return sorted(n for d, e, n in self._events if (d, e) == (device, epoch) and n > seq)

    def gaps(self) -> list[Gap]:
        return list(self._gaps.values())

    def add(self, event: NewEvent) -> bool:
        """Store it; False when its (device, epoch, seq) is taken."""
        key = (event.device, event.epoch, event.seq)
        if key in self._events:
            return False
        box = Box(x=event.box_x, y=event.box_y, width=event.box_width, height=event.box_height)
        self._events[key] = StoredEvent(
            len(self._events) + 1, event.device, event.camera, event.epoch, event.seq, event.time, event.track,
            event.kind, event.emotion, event.confidence, from_json(event.probabilities), box, event.model,
            event.face_px, event.yaw_degrees, event.pitch_degrees, event.roll_degrees, event.device_time,
            told_uncertain(event.uncertain),
        )  # fmt: skip
        return True

    def differs_from_stored(self, event: NewEvent) -> bool:
        """Whether a different event is stored under its (device, epoch, seq)."""
        stored = self._events[event.device, event.epoch, event.seq]
        content = (stored.camera, stored.device_time or stored.time, stored.track, stored.kind)
        return content != (event.camera, event.device_time or event.time, event.track, event.kind)

    def put(self, streams: Sequence[Stream], gaps: Sequence[Gap]) -> None:
        """Write streams, and note gaps once."""
        self._streams.update({(stream.device, stream.epoch): stream for stream in streams})
        for gap in gaps:
            self._gaps.setdefault((gap.device, gap.epoch, gap.first_seq), gap)

    def _by_time(self, wanted: EventFilter) -> list[StoredEvent]:
        found = [event for event in self._events.values() if wanted.accepts(event)]
        return sorted(found, key=lambda event: (event.time, event.id))


class MemoryDevices:
    """Devices by name."""

    def __init__(self) -> None:
        self._devices: dict[str, Device] = {}

    def all(self) -> list[Device]:
        return [self._devices[name] for name in sorted(self._devices)]

    def put(self, devices: Sequence[Device]) -> None:
        """Insert or replace them, unless a later connection of the same run is known."""
        for device in devices:
            known = self._devices.get(device.device, device)
            if device.run != known.run or device.connection >= known.connection:
                self._devices[device.device] = device


class MemoryTelemetry:
    """Telemetry in the order in which it was stored."""

    def __init__(self) -> None:
        self._messages: dict[tuple[str, str, str], StoredTelemetry] = {}

    def newest_telemetry(self, device: str | None, limit: int) -> list[StoredTelemetry]:
        found = self.telemetry_stored_after(device, 0, len(self._messages))
        return found[max(0, len(found) - limit) :]

    def telemetry_stored_after(self, device: str | None, after_id: int, limit: int) -> list[StoredTelemetry]:
        return [t for t in self._messages.values() if t.id > after_id and device in (None, t.device)][:limit]

    def add(self, message: Telemetry, received_at: str) -> None:
        """Store it, unless it is stored."""
        key = (message.device, message.run, iso_utc(message.time))
        row = StoredTelemetry(len(self._messages) + 1, message.device, key[2], received_at, message.model_dump_json())
        self._messages.setdefault(key, row)


class MemoryCommands:
    """Commands by their ids."""

    def __init__(self) -> None:
        self._commands: dict[str, CommandRow] = {}

    def ask(self, command: CommandRow) -> None:
        self._commands[command.id] = command

    def of(self, id_: str) -> CommandRow | None:
        return self._commands.get(id_)

    def replied(self, replies: Sequence[Reply], at: str) -> None:
        """What devices replied, each to a command to itself."""
        for reply in replies:
            row, move = self.of(reply.command), reply_of(reply, at)
            after = TABLE.get((row.state, move.event)) if row else None
            if row is not None and row.device == reply.device and after is not None:
                self._commands[row.id] = replace(
                    row, state=after, settled_at=at, run=move.run, reason=move.reason, diagnosis=move.diagnosis
                )


class MemoryDeadLetters:
    """The newest `most` dead letters, and counters."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._letters: list[DeadLetter] = []
        self._counters: Counter[str] = Counter()

    def newest(self, limit: int) -> list[DeadLetter]:
        return self._letters[max(0, len(self._letters) - limit) :]

    def counters(self) -> dict[str, int]:
        return {name: value for name, value in sorted(self._counters.items()) if value}

    def add(self, letters: Sequence[DeadLetter]) -> None:
        """Keep them, delete the oldest beyond the most, and count both."""
        self._letters += letters
        dropped = max(0, len(self._letters) - self._most)
        del self._letters[:dropped]
        self.count(DEAD_LETTERS, len(letters))
        self.count(DEAD_LETTERS_DROPPED, dropped)

    def leave_out(self, letters: int) -> None:
        """Count letters that are not kept."""
        self.count(DEAD_LETTERS, letters)
        self.count(DEAD_LETTERS_DROPPED, letters)

    def count(self, name: str, more: int) -> None:
        """Count so many more of something."""
        self._counters[name] += more
