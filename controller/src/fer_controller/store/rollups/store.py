"""Rollups in the database, and the deletion of old rows."""

from collections.abc import Mapping
from typing import Any

from fer_wire.events import END, START

from fer_controller.store.database import Database, Values
from fer_controller.store.filter import EmotionFilter, TelemetryFilter, Where
from fer_controller.store.rollups import figures
from fer_controller.store.rollups.records import (
    DAY,
    HOUR,
    MINUTE,
    RESOLUTIONS,
    EmotionRollup,
    EmotionShare,
    LabelEmotion,
    TelemetryRollup,
)

TELEMETRY = "telemetry"
EVENTS = "events"
ROLLUP_TIME = "start"
CUTS: Mapping[str, tuple[int, str]] = {MINUTE: (16, ":00.000Z"), HOUR: (13, ":00:00.000Z"), DAY: (10, "T00:00:00.000Z")}
"""How an ISO time is cut to the start of its minute, hour or day: characters kept, and what is appended."""


class RollupStore:
    """Reads and writes rollups, and deletes old rows; each change is one short transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def telemetry_rollups(self, per: str, wanted: TelemetryFilter, limit: int) -> list[TelemetryRollup]:
        """The newest of one device or of all, ascending by (start, device)."""
        where = Where(wanted, TelemetryFilter, time=ROLLUP_TIME)
        values = {**where.values, "per": per, "limit": limit}
        parts = {"where": where, "figures": figures.READ}
        return self._database.records(TelemetryRollup, "telemetry_rollups", values, **parts)

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

    def emotions_by_label(self, per: str, key: str, since: str, until: str) -> list[LabelEmotion]:
        """Events of each emotion from since up to but not including until, by the value of a label."""
        values = {"per": per, "key": key, "since": since, "until": until}
        return self._database.records(LabelEmotion, "emotions_by_label", values)

    def emotion_shares(self, per: str, key: str, wanted: EmotionFilter, limit: int) -> list[EmotionShare]:
        """By the value of a label; the newest spans first, and the last of them may be cut by the limit."""
        where = Where(wanted, EmotionFilter, time=ROLLUP_TIME)
        values = {**where.values, "per": per, "key": key, "limit": limit}
        return self._database.records(EmotionShare, "emotion_shares", values, where=where)

    def face_shares(self, since: str, until: str, least: int) -> dict[str, float]:
        """Share of frames with a face in these whole hours, by device, where at least so many messages told it."""
        rows = self._database.rows("face_shares", {"since": since, "until": until, "least": max(1, least)})
        return {row["device"]: row["share"] for row in rows}

    def roll_up_telemetry(self, limit: int) -> int:
        """Roll up the next rows, each exactly once even after a kill; returns how many there were."""
        parts = {"columns": figures.COLUMNS, "made": figures.MADE, "merged": figures.MERGED}
        return self._roll_up(TELEMETRY, "roll_up_telemetry", limit, {}, **parts)

    def roll_up_events(self, limit: int) -> int:
        """Roll up the next events likewise."""
        return self._roll_up(EVENTS, "roll_up_events", limit, {"started": START, "ended": END})

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

    def _roll_up(self, source: str, query: str, limit: int, values: Values, **parts: str) -> int:
        with self._database.transaction():
            after_id = self._database.number("rolled_up", {"source": source})
            values_ = {"after_id": after_id, "limit": limit, "settled": self._database.number(f"settled_{source}")}
            (found,) = self._database.rows(f"next_{source}", values_)
            if not found["number"]:
                return 0
            bounds: dict[str, Any] = {"after_id": after_id, "up_to_id": found["up_to_id"]}
            for per in RESOLUTIONS:
                characters, rest = CUTS[per]
                cut = {"per": per, "characters": characters, "rest": rest}
                self._database.run(query, {**values, **bounds, **cut}, **parts)
            self._database.run("mark_rolled_up", {"source": source, "up_to_id": found["up_to_id"]})
        return int(found["number"])
