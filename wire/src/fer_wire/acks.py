"""How a controller tells a device up to which number its events are stored."""

from pydantic import Field

from fer_wire.events import Epoch
from fer_wire.message import Count, Message
from fer_wire.names import Name


class Ack(Message):
    """All events of the epoch up to and including seq are stored durably, or were declared dropped."""

    device: Name = Field(description="the device whose events are stored")
    epoch: Epoch = Field(description="id of the device's spool, as its events carry it")
    seq: Count = Field(description="highest contiguous seq stored; 0 before the first")
