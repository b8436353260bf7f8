"""With what devices are let in: certificates of the fleet's own authority, and tokens."""

from collections.abc import Sequence
from typing import Any

from fer_controller.operations.fleet import EXPIRED, REVOKED, VALID
from fer_controller.store.subjects import Subjects


class Credentials:
    """What devices have at one moment, read once."""

    def __init__(self, known: Subjects, at: str, devices: Sequence[str] = ()) -> None:
        """The moment is ISO 8601 in UTC; of these devices, or of all where none is named."""
        certificates, tokens = known.certificates, known.tokens
        held = [token for name in devices if (token := tokens.of_device(name))] if devices else tokens.enrolled()
        self._at, self._ends = at, certificates.ends_of(devices) if devices else certificates.ends()
        self._tokens = {token.holder for token in held if not token.expired(at)}

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
