"""Events, streams and gaps as they are stored."""

from dataclasses import dataclass
from typing import NamedTuple

from fer_wire import Box, EmotionEvent
from pydantic_core import from_json, to_json

UNKNOWN_POSE = (None, None, None)


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


class NewEvent(NamedTuple):
    """One event as it is stored: a value for each column, in their order."""

    device: str
    epoch: str
    seq: int
    camera: str
    time: str
    """When it happened, as far as its device is believed; otherwise its arrival."""
    track: int
    kind: str
    emotion: str
    confidence: float
    probabilities: str
    box_x: int
    box_y: int
    box_width: int
    box_height: int
    model: str
    received_at: str
    face_px: float | None
    yaw_degrees: float | None
    pitch_degrees: float | None
    roll_degrees: float | None
    device_time: str | None
    """What the device said of the time, where it is not believed."""
    uncertain: int | None
    """1 or 0; None where the device said nothing."""


def new_event(event: EmotionEvent, said: str, received_at: str, *, believed: bool = True) -> NewEvent:
    """An event that arrived; said is its time as text."""
    box, pose = event.box, event.pose
    yaw, pitch, roll = (pose.yaw_degrees, pose.pitch_degrees, pose.roll_degrees) if pose else UNKNOWN_POSE
    return NewEvent(
        event.device, event.epoch, event.seq, event.camera, said if believed else received_at, event.track, event.kind,
        event.emotion, event.confidence, to_json(event.probabilities).decode(), box.x, box.y, box.width, box.height,
        event.model, received_at, event.face_px, yaw, pitch, roll, None if believed else said,
        None if event.uncertain is None else int(event.uncertain),
    )  # fmt: skip


def as_sent(event: NewEvent) -> bytes:
    """An event as its device sent it, but for what was in its spool then."""
    pose = {"yaw_degrees": event.yaw_degrees, "pitch_degrees": event.pitch_degrees, "roll_degrees": event.roll_degrees}
    box = {"x": event.box_x, "y": event.box_y, "width": event.box_width, "height": event.box_height}
    told = {
        **event._asdict(), "time": event.device_time or event.time, "probabilities": from_json(event.probabilities),
        "box": box, "pose": None if None in pose.values() else pose, "uncertain": told_uncertain(event.uncertain),
    }  # fmt: skip
    return EmotionEvent.model_validate(told).model_dump_json(exclude={"oldest_seq"}).encode()


def told_uncertain(stored: int | None) -> bool | None:
    """What the device said, from what is stored of it."""
    return None if stored is None else bool(stored)


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
    uncertain: bool | None = None
    """Whether the evidence for the emotion was thin; None where the device did not say."""


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
