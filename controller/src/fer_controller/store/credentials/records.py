"""Tokens as they are stored."""

from dataclasses import dataclass, replace

DEVICE = "device"
"""Fetches models."""
VIEWER = "viewer"
"""Reads."""
OPERATOR = "operator"
"""Reads and orders."""
ADMIN = "admin"
"""Also says who may do what."""
OPERATORS = (VIEWER, OPERATOR, ADMIN)
"""Each may do what those before it may."""


@dataclass(frozen=True, slots=True)
class Token:
    """Who holds a token, and in which role; only the hash of the token is stored."""

    holder: str
    role: str
    made_at: str
    expires_at: str = ""
    """From when on it lets nobody in; empty for never."""
    last_used_at: str = ""
    """Over HTTP, to the minute; empty for never."""
    selector: str = ""
    """Which devices an operator is given; empty for all."""

    def expired(self, at: str) -> bool:
        """Whether it lets nobody in any more."""
        return bool(self.expires_at) and self.expires_at <= at

    @property
    def unused(self) -> "Token":
        """The same token, whenever it was used."""
        return replace(self, last_used_at="")
