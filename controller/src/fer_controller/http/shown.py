"""The certificate that a peer showed at the handshake, where the server asks for one and trusts who issued it."""

import ssl
import time
from dataclasses import dataclass
from typing import Any, ClassVar

from fer_wire import TopicError
from fer_wire.names import checked_device

from fer_controller.authority.certificates import serial_text
from fer_controller.store.credentials.records import DEVICE

STATE = "certificate"
"""Where a request's state holds it."""
COMMON_NAME = "commonName"


@dataclass(frozen=True, slots=True)
class Shown:
    """A device's certificate; OpenSSL has proved that it is of our authority, and that the peer has its key."""

    holder: str
    serial: str
    expires_s: float
    """Of the Unix epoch; a connection may last longer."""
    role: ClassVar[str] = DEVICE

    @property
    def expired(self) -> bool:
        """Whether it names nobody any more."""
        return self.expires_s <= time.time()


def shown(connection: ssl.SSLObject | None) -> Shown | None:
    """The certificate of a device; None without one, or with one of something else."""
    found: dict[str, Any] = (connection.getpeercert() if connection is not None else None) or {}
    names = [value for attributes in found.get("subject", ()) for name, value in attributes if name == COMMON_NAME]
    try:
        holder = checked_device(names[0]) if len(names) == 1 else ""
    except TopicError:
        return None
    if not holder:
        return None
    return Shown(holder, serial_text(int(found["serialNumber"], 16)), ssl.cert_time_to_seconds(found["notAfter"]))
