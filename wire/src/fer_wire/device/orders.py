"""Reading what arrives on a device's topic of desired states, and who has signed it."""

from datetime import datetime
from typing import NamedTuple, Optional, Union

from fer_wire.desired import Desired, Withdrawal
from fer_wire.device.trust import Trust
from fer_wire.errors import MessageError, UntrustedError
from fer_wire.keys import ORDERS
from fer_wire.message import parse
from fer_wire.signed import ORDER

UNSIGNED = "The order is not signed, and this device takes signed ones alone (its list of keys is {version})."
BY_A_STRANGER = "No key of this device's list {version} has signed the order."
WITHOUT_END = "The order is signed, and does not say until when it holds."


class Order(NamedTuple):
    """What is ordered of a device: a desired state, or none, when it is taken back."""

    desired: Optional[Desired]
    sequence: int = 0
    expires: Optional[datetime] = None
    key: str = ""
    """The public key that signed it; empty where none that this device trusts did."""


TAKEN_BACK_UNSIGNED = Order(None)


def read_order(payload: bytes, device: str, trust: Trust) -> Order:
    """The order; raises MessageError for garbage and another device's, UntrustedError for what is not proven."""
    if not payload:
        if trust.signed_orders_alone:
            raise UntrustedError(UNSIGNED.format(version=_version(trust)))
        return TAKEN_BACK_UNSIGNED
    message = _parsed(payload)
    if message.device != device:
        raise MessageError(f"Desired: it is for {message.device!r}, and this is {device!r}; it is passed over.")
    key = trust.signer(ORDER, payload, message.signature, ORDERS) if message.signature else ""
    if trust.signed_orders_alone and not key:
        raise UntrustedError((BY_A_STRANGER if message.signature else UNSIGNED).format(version=_version(trust)))
    if key and message.expires is None:
        raise UntrustedError(WITHOUT_END)
    desired = message if isinstance(message, Desired) else None
    return Order(desired, message.sequence, message.expires, key)


def _parsed(payload: bytes) -> Union[Desired, Withdrawal]:
    try:
        return parse(Desired, payload)
    except MessageError as error:
        try:
            return parse(Withdrawal, payload)
        except MessageError:
            raise error from error.__cause__


def _version(trust: Trust) -> int:
    return trust.keys.version if trust.keys else 0
