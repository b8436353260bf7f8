"""Reading what arrives on a device's topic of desired states."""

from typing import Optional

from fer_wire.desired import Desired
from fer_wire.errors import MessageError
from fer_wire.message import parse


def read_order(payload: bytes, device: str) -> Optional[Desired]:
    """The desired state, or None where it was withdrawn; raises MessageError for garbage and another device's order."""
    if not payload:
        return None
    desired = parse(Desired, payload)
    if desired.device != device:
        raise MessageError(f"Desired: it is for {desired.device!r}, and this is {device!r}; it is passed over.")
    return desired
