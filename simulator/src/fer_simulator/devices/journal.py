"""What a simulated device notes of its life, as an agent logs it; it outlives the process."""

from collections import deque
from datetime import datetime, timedelta

from fer_wire.message import iso_utc
from fer_wire.printable import one_line

KEPT = 64
"""Lines of one device; there may be fifty thousand devices."""
HOUR = timedelta(hours=1)


class Journal:
    """The last lines, the oldest first."""

    def __init__(self) -> None:
        self._lines: deque[tuple[datetime, str]] = deque(maxlen=KEPT)

    def note(self, time: datetime, text: str) -> None:
        """Add a line."""
        self._lines.append((time, f"{iso_utc(time)} {one_line(text)}"))

    def hour_before(self, moment: datetime) -> list[str]:
        """The lines of the hour before a moment."""
        return [line for time, line in self._lines if time > moment - HOUR]
