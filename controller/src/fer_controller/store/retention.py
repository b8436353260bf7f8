"""Rollups, and what is kept how long, in the SQLite file; opened beside a running controller."""

from collections.abc import Mapping
from typing import Any

from fer_wire.events import END, START

from fer_controller.errors import StoreError
from fer_controller.store.queries import QUERIES
from fer_controller.store.records import EventFilter
from fer_controller.store.retention_records import HOUR, MINUTE, RESOLUTIONS, EmotionRollup, TelemetryRollup
from fer_controller.store.sqlite import SqliteReader, SqliteWriter

TELEMETRY = "telemetry"
EVENTS = "events"
CUTS: Mapping[str, tuple[int, str]] = {MINUTE: (16, ":00.000Z"), HOUR: (13, ":00:00.000Z")}
"""How an ISO time is cut to the start of its minute or hour: characters kept, and what comes behind."""


class RollupReader(SqliteReader):
    """Looks at rollups; raises StoreError where the database is older than they are."""

    def telemetry_rollups(self, per: str, wanted: EventFilter, limit: int) -> list[TelemetryRollup]:
        """The newest of one device or of all, ascending by (start, device)."""
        return [TelemetryRollup(*row) for row in self._rollups("telemetry_rollups", per, wanted, limit)]

    def emotion_rollups(
        self, per: str, wanted: EventFilter, limit: int, *, summed: bool = False
    ) -> list[EmotionRollup]:
        """The newest that match device, camera, emotion and times, ascending by (start, device, camera, emotion).

        Summed over devices and cameras, both are empty.
        """
        query = "emotion_rollups_summed" if summed else "emotion_rollups"
        return [EmotionRollup(*row) for row in self._rollups(query, per, wanted, limit)]

    def _rollups(self, query: str, per: str, wanted: EventFilter, limit: int) -> list[Any]:
        if not self._rows("has_rollups")[0][0]:
            raise StoreError(f"{self._path} has no rollups yet; start `fer-controller serve` with it once.")
        values = {name: getattr(wanted, name) for name in ("device", "camera", "emotion", "since", "until")}
        return self._rows(query, {**values, "per": per, "limit": limit})


class RetentionStore(SqliteWriter):
    """Rolls up and forgets in short transactions; raises StoreError when there is no such database."""

    def roll_up_telemetry(self, limit: int) -> int:
        """Roll up the next so many rows, each once whatever dies; returns how many there were."""
        return self._roll_up(TELEMETRY, "next_telemetry", "roll_up_telemetry", limit, {})

    def roll_up_events(self, limit: int) -> int:
        """The same for events."""
        return self._roll_up(EVENTS, "next_events", "roll_up_events", limit, {"started": START, "ended": END})

    def forget_telemetry(self, before: str, limit: int) -> int:
        """Delete of the oldest rows those that came before a time and are rolled up; returns how many."""
        with self._trouble(), self._transaction():
            values = {"before": before, "limit": limit, "rolled_up": self._rolled_up(TELEMETRY)}
            return self._db.execute(QUERIES["forget_telemetry"], values).rowcount

    def forget_events(self, before: str, after_id: int, limit: int) -> tuple[int, int]:
        """Delete of the next rows after an id those that came before a time and are stored without a hole below.

        Returns how many, and the id to go on after; 0 where nothing after it is old.
        """
        with self._trouble(), self._transaction():
            values = {"after_id": after_id, "limit": limit, "rolled_up": self._rolled_up(EVENTS)}
            old = [row for row in self._rows("oldest_events", values) if row[4] < before]
            gone = [row for row in old if row[3] <= row[5]]
            self._many("note_forgotten", [(seq, device, epoch) for _, device, epoch, seq, _, _ in gone])
            self._many("forget_event", [row[:1] for row in gone])
        return len(gone), old[-1][0] if old else 0

    def forget_rollups(self, per: str, before: str, limit: int) -> int:
        """Delete the oldest rollups that began before a time; returns how many."""
        values = {"per": per, "before": before, "limit": limit}
        with self._trouble(), self._transaction():
            return sum(
                self._db.execute(QUERIES[query], values).rowcount
                for query in ("forget_telemetry_rollups", "forget_emotion_rollups")
            )

    def _roll_up(self, source: str, following: str, query: str, limit: int, values: Mapping[str, Any]) -> int:
        with self._trouble(), self._transaction():
            after_id = self._rolled_up(source)
            up_to_id, count = self._rows(following, (after_id, limit))[0]
            if not count:
                return 0
            for per in RESOLUTIONS:
                characters, rest = CUTS[per]
                bounds = {"after_id": after_id, "up_to_id": up_to_id, "characters": characters, "rest": rest}
                self._db.execute(QUERIES[query], {**values, **bounds, "per": per})
            self._db.execute(QUERIES["mark_rolled_up"], (source, up_to_id))
        return int(count)

    def _rolled_up(self, source: str) -> int:
        return int(self._rows("rolled_up", (source,))[0][0])
