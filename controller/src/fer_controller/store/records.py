"""What goes into a store and what comes out of it."""

from dataclasses import dataclass, field
from typing import Any

from fer_wire import Box, EmotionEvent, Telemetry

REDELIVERED = "events_redelivered"
DEAD_LETTERS = "dead_letters"
DEAD_LETTERS_DROPPED = "dead_letters_dropped"
DEAD_LETTER_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Stream:
    """All events of one spool: every seq up to contiguous_seq is stored or was declared dropped."""

    device: str
    epoch: str
    contiguous_seq: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Seqs that the device dropped at its cap before they were stored, first and last included."""

    device: str
    epoch: str
    first_seq: int
    last_seq: int
    noted_at: str


@dataclass(frozen=True, slots=True)
class Device:
    """A device as its birth, its last will and its messages paint it; times are ISO 8601 in UTC."""

    device: str
    state: str = ""
    run: str = ""
    born: str = ""
    since: str = ""
    last_seen: str = ""
    agent_version: str = ""
    reason: str = ""
    reported: str = ""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that could not be read, and why."""

    time: str
    topic: str
    reason: str
    payload: bytes
    size_bytes: int

    def document(self) -> dict[str, Any]:
        """As it is printed; bytes that are no UTF-8 are spelt out."""
        return {
            "time": self.time,
            "topic": self.topic,
            "reason": self.reason,
            "size_bytes": self.size_bytes,
            "payload": self.payload.decode("utf-8", "backslashreplace"),
        }


def conflict(event: EmotionEvent, at: str) -> DeadLetter:
    """The dead letter for an event whose number already belongs to another one."""
    payload = event.payload()
    return DeadLetter(
        time=at,
        topic=f"{event.device}/emotion/{event.camera}",
        reason=f"EmotionEvent: another event is stored as seq {event.seq} of epoch {event.epoch}; two devices run as "
        f"{event.device} with copies of one spool. Give each a name and a state folder of its own.",
        payload=payload[:DEAD_LETTER_BYTES],
        size_bytes=len(payload),
    )


@dataclass(slots=True)
class Batch:
    """What is stored in one transaction, or not at all."""

    received_at: str
    events: list[EmotionEvent] = field(default_factory=list)
    streams: list[Stream] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)
    telemetry: list[Telemetry] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Written:
    """What a batch came to."""

    events: int
    redelivered: int
    conflicts: tuple[DeadLetter, ...] = ()
    """Events that bore the number of another one; they are stored as dead letters."""


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events are wanted; None or empty is any. Times are ISO 8601 in UTC, since included, until not."""

    device: str | None = None
    camera: str | None = None
    emotion: str | None = None
    kind: str | None = None
    track: int | None = None
    since: str = ""
    until: str = "~"


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One event as it stands in the store; id grows in the order in which events were stored."""

    id: int
    device: str
    camera: str
    epoch: str
    seq: int
    time: str
    track: int
    kind: str
    emotion: str
    confidence: float
    probabilities: dict[str, float]
    box: Box
    model: str

    def document(self) -> dict[str, Any]:
        """As it is printed: these keys, in this order."""
        return {
            "device": self.device,
            "camera": self.camera,
            "epoch": self.epoch,
            "seq": self.seq,
            "time": self.time,
            "track": self.track,
            "kind": self.kind,
            "emotion": self.emotion,
            "confidence": self.confidence,
            "probabilities": self.probabilities,
            "box": {"x": self.box.x, "y": self.box.y, "width": self.box.width, "height": self.box.height},
            "model": self.model,
        }


@dataclass(frozen=True, slots=True)
class StoredTelemetry:
    """One telemetry message as it stands in the store; payload is its JSON."""

    id: int
    device: str
    time: str
    payload: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How the events of one epoch came out."""

    stored: int
    distinct_seqs: int
    duplicates: int
