"""Certificates as they are stored."""

from dataclasses import dataclass

DEVICE = "device"
"""Speaks for the device that it names, over MQTT and HTTP."""
SERVICE = "service"
"""Lets a program of the fleet's own log in at the broker."""
SERVER = "server"
"""Proves a broker or a controller to whoever connects to it."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate that was issued; the certificate itself is its holder's."""

    serial: str
    """Hexadecimal, in lower case and without leading zeros."""
    holder: str
    role: str
    made_at: str
    expires_at: str
    made_by: str
    revoked_at: str = ""
    """Empty while it is in force."""


@dataclass(frozen=True, slots=True)
class Revocation:
    """A certificate that was revoked before it expired."""

    serial: str
    revoked_at: str
