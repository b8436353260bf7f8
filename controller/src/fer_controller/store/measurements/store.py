"""What devices measured, each device in a window of the controller's time."""

import json
from collections.abc import Sequence

from fer_wire.events import END

from fer_controller.store.database import Database, Row, named
from fer_controller.store.measurements import figures
from fer_controller.store.measurements.records import TelemetryMinute, TrackEmotion, Window

CPU_PROVIDER = "CPUExecutionProvider"


class MeasurementStore:
    """Telemetry by minutes and emotions by faces, with a window for each device."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def telemetry_minutes(self, windows: Sequence[Window], minute_s: float) -> list[TelemetryMinute]:
        """Each device's telemetry in its window, in minutes of this length, device by device in their order."""
        values = {
            "windows": json.dumps([named(window) for window in windows]), "cpu": CPU_PROVIDER, "minute_s": minute_s
        }  # fmt: skip
        parts = {"of_messages": figures.OF_MESSAGES, "of_minutes": figures.OF_MINUTES}
        return [_minute(row) for row in self._database.rows("telemetry_minutes", values, **parts)]

    def track_emotions(self, windows: Sequence[Window]) -> list[TrackEmotion]:
        """The emotions of each face in its device's window, device by device and face by face."""
        if not windows:
            return []
        first_id = self._first_event_since(min(window.since for window in windows))
        self._database.run("make_windows")
        self._database.run("clear_windows")
        self._database.many("insert_window", map(named, windows))
        return self._database.records(TrackEmotion, "track_emotions", {"first_id": first_id, "ended": END})

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


def _minute(row: Row) -> TelemetryMinute:
    figures_, lowest, highest = (
        {name: row[f"{which}{name}"] for name in figures.PARTS} for which in ("", figures.LOWEST, figures.HIGHEST)
    )
    return TelemetryMinute(row["device"], row["samples"], figures_, lowest, highest)
