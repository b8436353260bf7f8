"""A batch of messages, and the result of storing it."""

from dataclasses import dataclass, field

from fer_wire import Telemetry

from fer_controller.store.dead_letters.records import DeadLetter
from fer_controller.store.devices.records import Device
from fer_controller.store.events.records import Gap, NewEvent, Stream


@dataclass(slots=True)
class Batch:
    """What is stored in one transaction, or not at all."""

    received_at: str
    events: list[NewEvent] = field(default_factory=list)
    streams: list[Stream] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)
    telemetry: list[Telemetry] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    letters_left_out: int = 0
    """Dead letters beyond what is kept of one device in a day; they are counted alone."""


@dataclass(frozen=True, slots=True)
class Written:
    """How many events of a batch were new, and how many were not."""

    events: int
    redelivered: int
    conflicts: tuple[DeadLetter, ...] = ()
    """Events whose number another event has; they are stored as dead letters."""
