"""Events, streams and gaps as they are stored."""

from dataclasses import dataclass

from fer_wire import Box


@dataclass(frozen=True, slots=True)
class Stream:
    """The events of one spool; every seq up to contiguous_seq is stored or was declared dropped."""

    device: str
    epoch: str
    contiguous_seq: int
    began_after_seq: int = 0
    """What the device sent up to here was no longer in its spool when this stream was first heard of."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Seqs that the device dropped when its spool was full, first and last included."""

    device: str
    epoch: str
    first_seq: int
    last_seq: int
    noted_at: str


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One stored event; ids grow in the order in which events were stored."""

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
    face_px: float | None = None
    """The face's size; None where the agent did not say it, as with the angles of the head."""
    yaw_degrees: float | None = None
    pitch_degrees: float | None = None
    roll_degrees: float | None = None
    device_time: str | None = None
    """What the device said of the time, where that lay too far from its arrival; time is its arrival then."""


@dataclass(frozen=True, slots=True)
class ArrivalDay:
    """The events that arrived on one day, in UTC by the controller's clock."""

    day: str
    events: int
    first_id: int
    last_id: int


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one device's events."""

    stored: int
    distinct_seqs: int
    duplicates: int
