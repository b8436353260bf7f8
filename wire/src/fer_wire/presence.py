"""Birth and last will: whether a device is online."""

from pydantic import Field

from fer_wire.message import Count, Message, UtcTime
from fer_wire.names import Name

ONLINE = "online"
OFFLINE = "offline"


class Status(Message):
    """A device's birth (online) or its last will (offline); run and connection tell a late will from a current one."""

    device: Name = Field(description="the device that went online or offline")
    state: str = Field(max_length=32, description=f"{ONLINE} or {OFFLINE}; others may follow")
    run: str = Field(min_length=1, max_length=64, description="id of this run of the agent")
    connection: Count = Field(
        default=0,
        description="number of the connection in its run: a will of an earlier one, at this broker or another, is late",
    )
    time: UtcTime = Field(description="birth: when it was sent; will: when the run began")
    agent_version: str = Field(default="", max_length=64, description="of fer-agent")
    reason: str = Field(default="", max_length=500, description="why it is offline, where that is known")
