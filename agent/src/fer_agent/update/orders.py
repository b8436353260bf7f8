"""Reading a desired state, and whether it is news."""

from typing import Optional

from fer_wire import Desired, MessageError, parse

from fer_agent.update.record import Record


def read_order(payload: bytes, device: str) -> Optional[Desired]:
    """The desired state, None where it was withdrawn; raises MessageError for garbage and for another's order."""
    if not payload:
        return None
    desired = parse(Desired, payload)
    if desired.device != device:
        raise MessageError(f"Desired: it is for {desired.device!r}, and this is {device!r}; it is passed over.")
    return desired


def known_or_old(desired: Desired, record: Record) -> str:
    """Why a desired state is passed over; empty when it is to be taken."""
    if record.desired is not None and desired.key == record.desired.key:
        return f"it is the one that is {record.state}"
    if desired.key in record.done:
        return "it was done before"
    if desired.sequence < record.sequence:
        return f"its sequence {desired.sequence} is below {record.sequence}, the last that was taken"
    return ""
