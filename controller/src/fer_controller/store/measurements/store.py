"""What devices measured, each device in a window of the controller's time."""

import json
from collections.abc import Sequence
from functools import cache

from fer_wire.events import END

from fer_controller.store.database import Database, named
from fer_controller.store.events.store import EventStore
from fer_controller.store.measurements import figures
from fer_controller.store.measurements.records import TelemetryMinute, TrackEmotion, Window

CPU_PROVIDER = "CPUExecutionProvider"
MINUTE_CHARACTERS = len("2026-01-31T12:00")
LATER = "~"
"""After a minute, it sorts behind all times of that minute."""


class MeasurementStore:
    """Telemetry by minutes and emotions by faces, in the windows of each device."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._events = EventStore(database)

    def telemetry_minutes(self, windows: Sequence[Window], minute_s: float) -> list[TelemetryMinute]:
        """Each device's telemetry in its window, in minutes of this length, device by device in their order."""
        values = {"windows": _json(windows), "cpu": CPU_PROVIDER, "minute_s": minute_s}
        parts = {"of_messages": figures.OF_MESSAGES, "of_minutes": figures.OF_MINUTES}
        return [_minute(*row) for row in self._database.tuples("telemetry_minutes", values, **parts).rows]

    def track_emotions(self, windows: Sequence[Window]) -> list[TrackEmotion]:
        """The emotions of each face in its device's window, device by device and face by face."""
        told = _json(windows) if self._database.finds_arrivals else self._with_ids(windows)
        values = {"windows": told, "ended": END}
        return self._database.records(TrackEmotion, "track_emotions", values)

    def _with_ids(self, windows: Sequence[Window]) -> str:
        """The windows with the ids among which their events lie; one search for each minute, for many share one."""
        first = cache(self._events.first_arrived)
        return json.dumps(
            [
                {
                    **named(window),
                    "from_id": first(window.since[:MINUTE_CHARACTERS]),
                    "before_id": first(window.until[:MINUTE_CHARACTERS] + LATER),
                }
                for window in windows
            ]
        )


def _json(windows: Sequence[Window]) -> str:
    return json.dumps([named(window) for window in windows])


def _minute(device: str, samples: int, *values: float | None) -> TelemetryMinute:
    """Of each figure its value, its least and its most, one after the other."""
    told, lowest, highest = (dict(zip(figures.PARTS, values[at::3], strict=True)) for at in range(3))
    return TelemetryMinute(device, samples, told, lowest, highest)
