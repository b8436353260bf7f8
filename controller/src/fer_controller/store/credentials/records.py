"""Tokens as they are stored."""

from dataclasses import dataclass

DEVICE = "device"
"""Fetches models."""
VIEWER = "viewer"
"""Reads."""
OPERATOR = "operator"
"""Reads and orders."""
OPERATORS = (VIEWER, OPERATOR)


@dataclass(frozen=True, slots=True)
class Token:
    """Who holds a token, and in which role; only the hash of the token is stored."""

    holder: str
    role: str
    made_at: str
