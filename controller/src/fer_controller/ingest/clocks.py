"""Whether the clocks of devices can be believed; what arrives is believed before what a device says of the time."""

from datetime import datetime, timedelta
from functools import lru_cache

from fer_wire.message import iso_utc

from fer_controller.settings import ClockSettings

STEADY_AFTER = timedelta(seconds=1)
"""Two statements that came this far apart tell a clock that is behind from messages that are late."""
STEADY_WITHIN_S = 2.0
STEP = timedelta(milliseconds=1)
"""Times are told in these."""
moment = lru_cache(maxsize=64)(datetime.fromisoformat)
"""A batch arrives at one moment, which would be read anew for each of its events."""


class Clocks:
    """How far the clock of each device is off, by when its live messages arrived."""

    def __init__(self, settings: ClockSettings) -> None:
        self._tolerance_s = settings.tolerance_s
        self._oldest = timedelta(days=settings.oldest_event_days)
        self._first: dict[str, tuple[datetime, datetime]] = {}

    def told(self, device: str, said: datetime, at: str) -> float | None:
        """The seconds by which the device is ahead (behind: negative), 0 within the tolerance; None while it is unsure.

        A message may have waited at the broker, so a clock counts as behind only once it goes on at the right pace.
        """
        arrived = moment(at)
        offset_s = (said - arrived).total_seconds()
        if offset_s >= -self._tolerance_s:
            self._first.pop(device, None)
            return float(round(offset_s)) if offset_s > self._tolerance_s else 0.0
        said_first, arrived_first = self._first.setdefault(device, (said, arrived))
        passed = arrived - arrived_first
        if timedelta(0) <= passed < STEADY_AFTER:
            return None
        self._first[device] = (said, arrived)
        steady = abs((said - said_first - passed).total_seconds()) <= STEADY_WITHIN_S
        return float(round(offset_s)) if steady else None

    def believable(self, at: str, offset_s: float) -> tuple[str, str]:
        """From when to when something can have happened that reached us at a time from a clock so far off.

        What waited on the device's disk may be old; but not from the future, nor older than the oldest, nor seen by a
        clock that is behind. Both are texts, which sort as times do, the first and the last that are believed.
        """
        arrived, tolerance = moment(at), timedelta(seconds=self._tolerance_s)
        earliest = arrived - self._oldest
        if -offset_s > self._tolerance_s:
            earliest = max(earliest, arrived - timedelta(seconds=-offset_s) + tolerance + STEP)
        return iso_utc(earliest), iso_utc(arrived + tolerance)
