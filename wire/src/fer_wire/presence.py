"""Birth and last will: whether a device is online."""

from pydantic import Field

from fer_wire.message import Message, UtcTime
from fer_wire.names import Name

ONLINE = "online"
OFFLINE = "offline"


class Status(Message):
    """A device's birth (online) or its last will (offline); the run id tells a late will from a current one."""

    device: Name = Field(description="the device that went online or offline")
    state: str = Field(max_length=32, description=f"{ONLINE} or {OFFLINE}; others may follow")
    run: str = Field(min_length=1, max_length=64, description="id of this run of the agent")
    time: UtcTime = Field(description="birth: when it was sent; will: when the run began")
    agent_version: str = Field(default="", max_length=64, description="of fer-agent")
    reason: str = Field(default="", max_length=500, description="why it is offline, where that is known")
