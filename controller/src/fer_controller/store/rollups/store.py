"""Rollups in the database, and the deletion of old rows."""

from collections.abc import Mapping
from typing import Any

from fer_wire.events import END, START

from fer_controller.store.database import Database, Values
from fer_controller.store.filter import EmotionFilter, TelemetryFilter, Where
from fer_controller.store.rollups import figures
from fer_controller.store.rollups.records import HOUR, MINUTE, RESOLUTIONS, EmotionRollup, TelemetryRollup

TELEMETRY = "telemetry"
EVENTS = "events"
ROLLUP_TIME = "start"
CUTS: Mapping[str, tuple[int, str]] = {MINUTE: (16, ":00.000Z"), HOUR: (13, ":00:00.000Z")}
"""How an ISO time is cut to the start of its minute or hour: characters kept, and what is appended."""


class RollupStore:
    """Reads and writes rollups, and deletes old rows; each change is one short transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def telemetry_rollups(self, per: str, wanted: TelemetryFilter, limit: int) -> list[TelemetryRollup]:
        """The newest of one device or of all, ascending by (start, device)."""
        where = Where(wanted, TelemetryFilter, time=ROLLUP_TIME)
        values = {**where.values, "per": per, "limit": limit}
        return self._database.records(TelemetryRollup, "telemetry_rollups", values, where=where, figures=figures.READ)

    def emotion_rollups(
        self, per: str, wanted: EmotionFilter, limit: int, *, summed: bool = False
    ) -> list[EmotionRollup]:
        """The newest that match, ascending by (start, device, camera, emotion).

        When summed over devices and cameras, both are empty.
        """
        where = Where(wanted, EmotionFilter, time=ROLLUP_TIME)
        values = {**where.values, "per": per, "limit": limit}
        query = "emotion_rollups_summed" if summed else "emotion_rollups"
        return self._database.records(EmotionRollup, query, values, where=where)

    def roll_up_telemetry(self, limit: int) -> int:
        """Roll up the next rows, each exactly once even after a kill; returns how many there were."""
        parts = {"columns": figures.COLUMNS, "made": figures.MADE, "merged": figures.MERGED}
        return self._roll_up(TELEMETRY, "next_telemetry", "roll_up_telemetry", limit, {}, **parts)

    def roll_up_events(self, limit: int) -> int:
        """Roll up the next events likewise."""
        return self._roll_up(EVENTS, "next_events", "roll_up_events", limit, {"started": START, "ended": END})

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
        return len(gone), old[-1]["id"] if old else 0

    def events_forgotten_before(self) -> str:
        """Of the events that arrived before this time some were deleted; empty where none ever was."""
        found = self._database.rows("forgotten_before", {"source": EVENTS})
        return str(found[0]["arrived_before"]) if found else ""

    def forget_rollups(self, per: str, before: str, limit: int) -> int:
        """Delete the oldest rollups that start before a time; returns how many."""
        values = {"per": per, "before": before, "limit": limit}
        with self._database.transaction():
            queries = ("forget_telemetry_rollups", "forget_emotion_rollups")
            return sum(self._database.run(query, values) for query in queries)

    def _roll_up(self, source: str, following: str, query: str, limit: int, values: Values, **parts: str) -> int:
        with self._database.transaction():
            after_id = self._rolled_up(source)
            (found,) = self._database.rows(following, {"after_id": after_id, "limit": limit})
            if not found["number"]:
                return 0
            bounds: dict[str, Any] = {"after_id": after_id, "up_to_id": found["up_to_id"]}
            for per in RESOLUTIONS:
                characters, rest = CUTS[per]
                cut = {"per": per, "characters": characters, "rest": rest}
                self._database.run(query, {**values, **bounds, **cut}, **parts)
            self._database.run("mark_rolled_up", {"source": source, "up_to_id": found["up_to_id"]})
        return int(found["number"])

    def _rolled_up(self, source: str) -> int:
        return self._database.number("rolled_up", {"source": source})
