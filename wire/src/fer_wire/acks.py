"""The controller's word to a device: up to here your events are stored."""

from pydantic import Field

from fer_wire.events import MAX_SEQ, Epoch
from fer_wire.message import Message
from fer_wire.names import Name


class Ack(Message):
    """All events of the epoch up to and including seq are stored durably, or were declared dropped."""

    device: Name
    epoch: Epoch
    seq: int = Field(ge=0, le=MAX_SEQ, description="highest contiguous seq stored; 0 before the first")
