"""What devices measured, each device in a window of the controller's time."""

import json
from collections.abc import Sequence

from fer_wire.events import END

from fer_controller.store.database import Database, Row, named
from fer_controller.store.measurements import figures
from fer_controller.store.measurements.records import TelemetryMinute, TrackEmotion, Window

CPU_PROVIDER = "CPUExecutionProvider"


class MeasurementStore:
    """Telemetry by minutes and emotions by faces, in the windows of each device."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def telemetry_minutes(self, windows: Sequence[Window], minute_s: float) -> list[TelemetryMinute]:
        """Each device's telemetry in its window, in minutes of this length, device by device in their order."""
        values = {"windows": _json(windows), "cpu": CPU_PROVIDER, "minute_s": minute_s}
        parts = {"of_messages": figures.OF_MESSAGES, "of_minutes": figures.OF_MINUTES}
        return [_minute(row) for row in self._database.rows("telemetry_minutes", values, **parts)]

    def track_emotions(self, windows: Sequence[Window]) -> list[TrackEmotion]:
        """The emotions of each face in its device's window, device by device and face by face."""
        return self._database.records(TrackEmotion, "track_emotions", {"windows": _json(windows), "ended": END})


def _json(windows: Sequence[Window]) -> str:
    return json.dumps([named(window) for window in windows])


def _minute(row: Row) -> TelemetryMinute:
    figures_, lowest, highest = (
        {name: row[f"{which}{name}"] for name in figures.PARTS} for which in ("", figures.LOWEST, figures.HIGHEST)
    )
    return TelemetryMinute(row["device"], row["samples"], figures_, lowest, highest)
