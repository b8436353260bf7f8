"""What the log says of what devices lost or sent in vain: now and then, because a faulty sender may send a lot."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from fer_controller.store.dead_letters.records import DeadLetter
from fer_controller.store.events.records import Gap

EVERY = timedelta(seconds=10)
DEVICES_AT_A_TIME = 20

log = logging.getLogger(__name__)


class Pace:
    """Lets something through once an interval."""

    def __init__(self) -> None:
        self._again = datetime.min.replace(tzinfo=UTC)

    def lets_through(self, now: datetime) -> bool:
        """Whether the interval is over; if so, another begins."""
        # A wait that is longer than the interval means that the clock jumped back.
        if timedelta(0) < self._again - now <= EVERY:
            return False
        self._again = now + EVERY
        return True


class Losses:
    """Tells of the gaps that devices declare, in one line a device."""

    def __init__(self) -> None:
        self._pace = Pace()
        self._untold: dict[str, tuple[int, int, Gap]] = {}

    def tell(self, gaps: Sequence[Gap], now: datetime) -> None:
        """Take in these gaps, and tell of all that are untold if the interval is over."""
        for gap in gaps:
            number, events, _ = self._untold.get(gap.device, (0, 0, gap))
            self._untold[gap.device] = (number + 1, events + gap.last_seq - gap.first_seq + 1, gap)
        if not self._untold or not self._pace.lets_through(now):
            return
        for number, events, last in list(self._untold.values())[:DEVICES_AT_A_TIME]:
            log.warning("%s", _lost(number, events, last))
        if len(self._untold) > DEVICES_AT_A_TIME:
            log.warning("%d more device(s) dropped events; `fer-controller devices` shows how many.",
                        len(self._untold) - DEVICES_AT_A_TIME)  # fmt: skip
        self._untold.clear()


class Unreadable:
    """Tells of dead letters, how many there were and what is wrong with the last."""

    def __init__(self) -> None:
        self._pace = Pace()
        self._untold = self._left_out = 0
        self._last: DeadLetter | None = None

    def tell(self, letters: Sequence[DeadLetter], now: datetime, left_out: int = 0) -> None:
        """Take in these letters, and tell of all that are untold if the interval is over.

        left_out: how many more there were, beyond what is kept of one device in a day.
        """
        self._untold += len(letters)
        self._left_out += left_out
        if not (letters or left_out) or not self._pace.lets_through(now):
            return
        if letters:
            self._last = letters[-1]
        log.warning("%s", self._sentence())
        self._untold = self._left_out = 0

    def _sentence(self) -> str:
        sentence = (
            f"{self._untold} message(s) could not be read; `fer-controller dead-letters` shows them."
            if self._untold
            else "Messages could not be read."
        )
        if self._left_out:
            sentence += f" {self._left_out} more were not kept, for their devices had sent too many today."
        return f"{sentence} The last came on {self._last.topic!r}: {self._last.reason}" if self._last else sentence


def _lost(number: int, events: int, last: Gap) -> str:
    where = f"{last.first_seq} to {last.last_seq} (epoch {last.epoch}) because its spool was full."
    if number == 1:
        return f"{last.device} dropped its events {where}"
    return f"{last.device} dropped {events} of its events in {number} places, the last {where}"
