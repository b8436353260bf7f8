"""When to tell a device how far its events are stored: soon, not too often, and never not at all."""

from collections.abc import Callable, Iterable
from itertools import islice

from fer_wire import Ack

from fer_controller.ingest.streams import Key


class Acks:
    """Coalesces acks: at most one per stream in interval_s, and the last one is always sent."""

    def __init__(self, interval_s: float, ack: Callable[[Key], Ack]) -> None:
        self._interval_s = interval_s
        self._ack = ack
        self._due: dict[Key, None] = {}
        self._sent_at_s: dict[Key, float] = {}

    def moved(self, streams: Iterable[Key]) -> None:
        """Events of these streams were stored, or arrived again because their ack was lost."""
        self._due.update(dict.fromkeys(streams))

    def send_again(self, streams: Iterable[Key]) -> None:
        """Send these acks at once, because the broker may have lost them."""
        for key in streams:
            self._due[key] = None
            self._sent_at_s.pop(key, None)

    def waiting(self) -> list[Key]:
        """The streams whose ack is still to be sent."""
        return list(self._due)

    def take(self, now_s: float, newest: Callable[[str], Key], most: int) -> list[Ack]:
        """The acks to send now, of at most so many streams; those that wait say by then what is stored by then.

        A device's newest stream comes last, so that its ack is the one retained.
        """
        due = (key for key in self._due if now_s - self._sent_at_s.get(key, float("-inf")) >= self._interval_s)
        keys = list(islice(due, max(0, most)))
        earlier = [key for key in keys if key != newest(key[0])]
        last = dict.fromkeys(newest(device) for device, _ in keys)
        for key in (*earlier, *last):
            self._due.pop(key, None)
            self._sent_at_s[key] = now_s
        return [self._ack(key) for key in (*earlier, *last)]

    def next_s(self, now_s: float, at_most_s: float) -> float:
        """Seconds until an ack is due, at most at_most_s."""
        waits = (self._sent_at_s.get(key, 0.0) + self._interval_s - now_s for key in self._due)
        return max(0.0, min(min(waits, default=at_most_s), at_most_s))
