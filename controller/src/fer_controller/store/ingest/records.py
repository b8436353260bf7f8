"""A batch of messages, and the result of storing it."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import repeat

from fer_wire import Reply, Telemetry

from fer_controller.store.dead_letters.records import DeadLetter
from fer_controller.store.devices.records import Device
from fer_controller.store.events.records import Gap, NewEvent, Stream


@dataclass(slots=True)
class Batch:
    """What is stored in one transaction, or not at all."""

    received_at: str
    events: list[NewEvent] = field(default_factory=list)
    oldest_seqs: list[int] = field(default_factory=list)
    """Event by event, the lowest seq that its device still had in its spool; where that is not told, 1 for all."""
    streams: list[Stream] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)
    """As they are now, by what this process knew of them."""
    changes_of_devices: Mapping[str, Callable[[Device], Device]] = field(default_factory=dict)
    """What happened to each of them, for a store to which other processes write: onto the row as it stands there."""
    telemetry: list[Telemetry] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    """To commands, each from the device that it names."""
    dead_letters: list[DeadLetter] = field(default_factory=list)
    letters_left_out: int = 0
    """Dead letters beyond what is kept of one device in a day; they are counted alone."""
    id: str = field(default_factory=lambda: uuid.uuid4().hex, compare=False)
    """Tells a batch that is written again from one that has the same content."""

    def arrived(self) -> Iterator[tuple[NewEvent, int]]:
        """Each event, and the lowest seq that its device still had in its spool, which is at most the event's."""
        for event, oldest_seq in zip(self.events, self.oldest_seqs or repeat(1), strict=False):
            yield event, min(oldest_seq, event.seq)


@dataclass(frozen=True, slots=True)
class Written:
    """How many events of a batch were new, and how many were not."""

    events: int
    redelivered: int
    conflicts: tuple[DeadLetter, ...] = ()
    """Events whose number another event has; they are stored as dead letters."""
    streams: tuple[Stream, ...] = field(default=(), compare=False)
    """How far the streams of its events are stored now, whoever stored them."""
    gaps: tuple[Gap, ...] = field(default=(), compare=False)
    """What their devices declared to have dropped."""
    devices: tuple[Device, ...] = field(default=(), compare=False)
    """The devices of the batch, as they are stored now."""
