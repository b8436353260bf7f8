"""Events, streams and gaps as they stand in the store."""

from dataclasses import dataclass

from fer_wire import Box


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


@dataclass(frozen=True, slots=True)
class Tally:
    """How the events of one epoch came out."""

    stored: int
    distinct_seqs: int
    duplicates: int
