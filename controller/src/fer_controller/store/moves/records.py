"""Moves as they are stored."""

from dataclasses import dataclass

HERE, AWAY = "here", "away"
"""Directions: this database is filled from another one, or another one from it."""
BEGUN, FINISHED = "begun", "finished"


@dataclass(frozen=True, slots=True)
class Move:
    """One move; both databases know it by the same id."""

    direction: str
    id: str
    other: str
    """The other database, as it was named; without a password."""
    state: str
    run: str
    """Which run of `migrate` goes on with it."""
    at: str
