"""Sums of what devices measured, each device in a window of the controller's time."""

import json
from collections.abc import Sequence

from fer_wire.events import END

from fer_controller.store.database import Database, Row, named
from fer_controller.store.measurements import figures
from fer_controller.store.measurements.records import EmotionSums, TelemetrySums, Window

CPU_PROVIDER = "CPUExecutionProvider"


class MeasurementStore:
    """Sums over events and telemetry, with a window for each device."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def telemetry_sums(self, windows: Sequence[Window]) -> list[TelemetrySums]:
        """Each device's telemetry in its window; devices that sent none are left out."""
        values = {"windows": json.dumps([named(window) for window in windows]), "cpu": CPU_PROVIDER}
        parts = {"of_runs": figures.OF_RUNS, "of_windows": figures.OF_WINDOWS}
        return [_sums(row) for row in self._database.rows("telemetry_sums", values, **parts)]

    def emotion_sums(self, windows: Sequence[Window]) -> list[EmotionSums]:
        """Each device's emotions in its window; devices that saw none are left out."""
        if not windows:
            return []
        first_id = self._first_event_since(min(window.since for window in windows))
        self._database.run("make_windows")
        self._database.run("clear_windows")
        self._database.many("insert_window", map(named, windows))
        return self._database.records(EmotionSums, "emotion_sums", {"first_id": first_id, "ended": END})

    def _first_event_since(self, since: str) -> int:
        """The lowest id of an event stored since then; ids and arrival times grow together."""
        low, high = 1, self._database.number("last_event_id") + 1
        while low < high:
            middle = (low + high) // 2
            found = self._database.rows("event_arrival", {"id": middle})
            if found and found[0]["received_at"] < since:
                low = found[0]["id"] + 1
            else:
                high = middle
        return low


def _sums(row: Row) -> TelemetrySums:
    return TelemetrySums(row["device"], row["samples"], {name: row[name] for name in figures.PARTS})
