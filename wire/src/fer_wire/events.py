"""Emotion events: what a camera saw on a face, and when it changed."""

from typing import Dict, Optional, Tuple

from pydantic import AfterValidator, Field
from typing_extensions import Annotated

from fer_wire.emotions import EMOTIONS
from fer_wire.message import MAX_COUNT, Message, Part, PositiveCount, UtcTime
from fer_wire.names import Name
from fer_wire.tuning import EventTuning

START = "start"
CHANGE = "change"
HEARTBEAT = "heartbeat"
END = "end"
KINDS: Tuple[str, ...] = (START, CHANGE, HEARTBEAT, END)

MAX_SEQ = MAX_COUNT
MAX_PX = 1_000_000
Probability = Annotated[float, Field(ge=0, le=1)]
Epoch = Annotated[str, Field(min_length=1, max_length=64)]
Seq = PositiveCount


def _bounded(probabilities: Dict[str, float]) -> Dict[str, float]:
    if not 1 <= len(probabilities) <= 64:
        raise ValueError("expected 1 to 64 probabilities")
    return probabilities


Probabilities = Annotated[Dict[str, Probability], AfterValidator(_bounded)]


class Box(Part):
    """Where the face was, in pixels of the frame; a face at the edge may reach beyond it."""

    x: int = Field(ge=-MAX_PX, le=MAX_PX, description="left edge, pixels")
    y: int = Field(ge=-MAX_PX, le=MAX_PX, description="top edge, pixels")
    width: int = Field(ge=1, le=MAX_PX, description="pixels")
    height: int = Field(ge=1, le=MAX_PX, description="pixels")


class Pose(Part):
    """How the head was turned, in degrees."""

    yaw_degrees: float = Field(ge=-180, le=180, description="positive: towards the picture's left")
    pitch_degrees: float = Field(ge=-180, le=180, description="positive: upwards")
    roll_degrees: float = Field(ge=-180, le=180, description="positive: clockwise in the picture")


class EmotionEvent(Message):
    """One event of one face; (device, epoch, seq) identifies it for ever."""

    device: Name = Field(description="the device that saw it")
    camera: Name = Field(description="the camera of that device")
    epoch: Epoch = Field(description="id of the device's spool; it changes only when a spool is lost")
    seq: Seq = Field(description="grows by one per event of an epoch, across restarts")
    oldest_seq: Seq = Field(
        default=1,
        description="the lowest seq still in the spool when this was sent; anything below it that was never stored "
        "was dropped at the spool's cap",
    )
    time: UtcTime = Field(description="when the frame was captured, RFC 3339, UTC, milliseconds")
    track: PositiveCount = Field(description="number of the face's track, unique within the epoch")
    kind: str = Field(min_length=1, max_length=32, description=f"one of {', '.join(KINDS)}; others may follow")
    emotion: str = Field(min_length=1, max_length=32, description=f"one of {', '.join(EMOTIONS)}; others may follow")
    confidence: Probability = Field(description="smoothed probability of that emotion, 0–1")
    probabilities: Probabilities = Field(description="smoothed probability of each emotion, 0–1")
    box: Box = Field(description="where the face was in the frame")
    face_px: Optional[float] = Field(
        default=None, gt=0, le=MAX_PX, description="the face's size: the square root of its area in the frame, pixels"
    )
    pose: Optional[Pose] = Field(default=None, description="how the head was turned; null when it is not known")
    model: str = Field(max_length=200, description="NAME@VERSION/PRECISION of the model that classified the face")
    uncertain: Optional[bool] = Field(
        default=None,
        description="whether the evidence for the emotion is too thin to rely on; null from a device that does not say",
    )


def is_uncertain(confidence: float, yaw_degrees: Optional[float], limits: EventTuning) -> bool:
    """Whether the confidence (0–1) is low, or the head is turned too far to a side; an unknown turn is no reason."""
    turned = yaw_degrees is not None and abs(yaw_degrees) > limits.uncertain_yaw_degrees
    return turned or confidence < limits.uncertain_below
