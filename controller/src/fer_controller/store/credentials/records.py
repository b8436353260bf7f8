"""Tokens as they stand in the store."""

from dataclasses import dataclass

DEVICE = "device"
"""Fetches models."""
VIEWER = "viewer"
"""Looks."""
OPERATOR = "operator"
"""Looks and orders."""
OPERATORS = (VIEWER, OPERATOR)


@dataclass(frozen=True, slots=True)
class Token:
    """Who holds a token, and as what; the token itself is not kept, only its hash beside this."""

    holder: str
    role: str
    made_at: str
