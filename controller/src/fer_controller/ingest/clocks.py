"""Whether the clocks of devices can be believed; what arrives is believed before what a device says of the time."""

from datetime import datetime, timedelta
from functools import lru_cache

from fer_controller.settings import ClockSettings

STEADY_AFTER = timedelta(seconds=1)
"""Two statements that came this far apart tell a clock that is behind from messages that are late."""
STEADY_WITHIN_S = 2.0
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

    def believes(self, said: datetime, at: str, offset_s: float) -> bool:
        """Whether something can have happened when a device says, which reached us at a time from a clock so far off.

        What waited on the device's disk may be old; but not from the future, nor older than the oldest, nor seen by a
        clock that is behind.
        """
        arrived = moment(at)
        behind_s = -offset_s if offset_s < -self._tolerance_s else 0.0
        age = arrived - said
        if age.total_seconds() < -self._tolerance_s or age > self._oldest:
            return False
        return not behind_s or age.total_seconds() < behind_s - self._tolerance_s
