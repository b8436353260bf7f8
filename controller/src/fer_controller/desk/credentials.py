"""With what devices are let in: certificates of the fleet's own authority, and tokens."""

from collections.abc import Collection
from typing import Any

from fer_controller.operations.fleet import EXPIRED, REVOKED, VALID
from fer_controller.store.subjects import Subjects


class Credentials:
    """What these devices have at one moment, read once."""

    def __init__(self, known: Subjects, at: str, devices: Collection[str]) -> None:
        """The moment is ISO 8601 in UTC."""
        self._at, self._ends = at, known.certificates.ends_of(devices)
        self._tokens = {token.holder for token in known.tokens.of_devices(devices) if not token.expired(at)}

    def of(self, device: str) -> dict[str, Any]:
        """The fields of a DeviceAnswer that tell of them."""
        ends = self._ends.get(device)
        return {
            "certificate": certificate(ends, self._at),
            "certificate_expires_at": ends or None,
            "has_token": device in self._tokens,
        }


def certificate(ends: str | None, at: str) -> str | None:
    """What one that ends then is at a moment: revoked where the end is empty; None where there is none."""
    if ends is None:
        return None
    if not ends:
        return REVOKED
    return EXPIRED if ends <= at else VALID
