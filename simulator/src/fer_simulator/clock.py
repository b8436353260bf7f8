"""What time it is, and what happens later: timers by one clock, which is the system's or one that a test turns."""

import heapq
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

START = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)

Call = Callable[[], None]


class Clock(Protocol):
    """Tells the time."""

    def now_s(self) -> float:
        """Seconds since some moment; it never goes back."""

    def time(self) -> datetime:
        """The time of day, UTC."""


class SystemClock:
    """The clock of this machine."""

    def now_s(self) -> float:
        """Seconds since some moment; it never goes back."""
        return time.monotonic()

    def time(self) -> datetime:
        """The time of day, UTC."""
        return datetime.now(UTC)


class TurnedClock:
    """Stands still until it is turned, so that a test needs no time."""

    def __init__(self, start: datetime = START) -> None:
        self._start, self._now_s = start, 0.0

    def now_s(self) -> float:
        """Seconds by which it was turned."""
        return self._now_s

    def time(self) -> datetime:
        """The time of day, UTC."""
        return self._start + timedelta(seconds=self._now_s)

    def turn(self, timers: "Timers", seconds: float, until: Callable[[], bool] = lambda: False) -> None:
        """Let time pass, to the moment when `until` holds at most; what is due happens at its moment, in its order."""
        end_s = self._now_s + seconds
        while not until():
            due_s = timers.next_due_s()
            if due_s is None or due_s > end_s:
                self._now_s = end_s
                return
            self._now_s = max(self._now_s, due_s)
            timers.run_next()


class Timers:
    """Calls due at moments of one clock, in their order; all of one thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heap: list[tuple[float, int, Call]] = []
        self._number = 0

    def now(self) -> float:
        """Seconds of the clock."""
        return self._clock.now_s()

    def time(self) -> datetime:
        """The clock's time of day, UTC."""
        return self._clock.time()

    def later(self, delay_s: float, call: Call) -> None:
        """Run it when so much time is over."""
        self._number += 1
        heapq.heappush(self._heap, (self._clock.now_s() + delay_s, self._number, call))

    def next_due_s(self) -> float | None:
        """When the next call is due; None when nothing is to happen."""
        return self._heap[0][0] if self._heap else None

    def wait_s(self, longest_s: float) -> float:
        """Seconds until the next call is due."""
        return min(longest_s, max(0.0, self._heap[0][0] - self._clock.now_s())) if self._heap else longest_s

    def run_next(self) -> None:
        """Run the call that is due next, whether or not its moment has come."""
        heapq.heappop(self._heap)[2]()

    def run_due(self) -> None:
        """Run what is due now; what that adds for now waits for the next call."""
        now_s = self._clock.now_s()
        while self._heap and self._heap[0][0] <= now_s:
            self.run_next()
