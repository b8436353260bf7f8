"""What happens later: a heap of moments and of what is due then, run by one thread."""

import heapq
import time
from collections.abc import Callable

Call = Callable[[], None]


class Timers:
    """Calls due at moments of one clock, in their order."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._heap: list[tuple[float, int, Call]] = []
        self._number = 0

    def now(self) -> float:
        """The clock's time, seconds."""
        return self._clock()

    def later(self, delay_s: float, call: Call) -> None:
        """Run it when so much time is over."""
        self._number += 1
        heapq.heappush(self._heap, (self._clock() + delay_s, self._number, call))

    def wait_s(self, longest_s: float) -> float:
        """Until the next is due."""
        return min(longest_s, max(0.0, self._heap[0][0] - self._clock())) if self._heap else longest_s

    def run_due(self) -> None:
        """Run what is due now; what that adds for now waits for the next call."""
        now = self._clock()
        while self._heap and self._heap[0][0] <= now:
            heapq.heappop(self._heap)[2]()
