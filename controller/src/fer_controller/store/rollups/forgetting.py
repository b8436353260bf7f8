"""The deletion of old events and telemetry."""

from typing import Protocol

from fer_controller.store.database import Database
from fer_controller.store.rollups.store import EVENTS, TELEMETRY


class Forgetting(Protocol):
    """Deletes what is old and rolled up, a little at a time."""

    def forget_telemetry(self, before: str, limit: int, /) -> int:
        """Of the oldest telemetry, delete what arrived before a time; returns how many, 0 when nothing is left."""

    def forget_events(self, before: str, after_id: int, limit: int, /) -> tuple[int, int]:
        """Delete events likewise, from after an id; their numbers stay known.

        Returns how many, and the id to continue after, or 0 when nothing after it is old.
        """


class RowForgetting:
    """Deletes row by row; each step is one short transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def forget_telemetry(self, before: str, limit: int) -> int:
        """Of the oldest rows, delete those that arrived before a time and are rolled up; returns how many."""
        with self._database.transaction():
            values = {"before": before, "limit": limit, "rolled_up": self._rolled_up(TELEMETRY)}
            return self._database.run("forget_telemetry", values)

    def forget_events(self, before: str, after_id: int, limit: int) -> tuple[int, int]:
        """Of the next rows after an id, delete those that arrived before a time and have no gap below them.

        Returns how many, and the id to continue after, or 0 when nothing after it is old.
        """
        with self._database.transaction():
            values = {"after_id": after_id, "limit": limit, "rolled_up": self._rolled_up(EVENTS)}
            old = [row for row in self._database.rows("oldest_events", values) if row["received_at"] < before]
            gone = [dict(row) for row in old if row["seq"] <= row["contiguous_seq"]]
            if gone:
                self._database.run("note_forgotten_before", {"source": EVENTS, "before": before})
            self._database.many("note_forgotten", gone)
            self._database.many("forget_event", gone)
            self._database.run("forget_hours")
            self._database.run("forget_best_faces")
        return len(gone), old[-1]["id"] if old else 0

    def _rolled_up(self, source: str) -> int:
        return self._database.number("rolled_up", {"source": source})
