"""A device's events that wait: numbered without a hole, kept until a controller has stored them."""

import uuid
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from fer_wire import Ack

EVENTS_MAX = 20_000
WINDOW = 200
RESEND_AFTER_S = 60.0
LONGEST_RESEND_S = 3600.0


class Seen(NamedTuple):
    """What a device saw on a face, before it is a message."""

    time: datetime
    track: int
    kind: str
    emotion: str
    confidence: float
    model: str
    uncertain: bool


class Spool:
    """In memory, with an epoch of its own; the oldest events go first when it is full."""

    def __init__(self, events_max: int = EVENTS_MAX) -> None:
        self._waiting: deque[Seen] = deque()
        self._events_max = events_max
        self.epoch = uuid.uuid4().hex
        self.last_seq = 0
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def oldest_seq(self) -> int:
        """The lowest seq that is still here, or the next one when there is none."""
        return self.last_seq - len(self._waiting) + 1

    @property
    def acked_seq(self) -> int:
        """All up to this one are stored, or were dropped."""
        return self.oldest_seq - 1

    def append(self, seen: Seen) -> None:
        """Give it the next seq."""
        self._waiting.append(seen)
        self.last_seq += 1
        if len(self._waiting) > self._events_max:
            self._waiting.popleft()
            self.dropped += 1

    def pending(self, after_seq: int, limit: int) -> Sequence[tuple[int, Seen]]:
        """The oldest events above after_seq, at most limit of them."""
        first = max(after_seq + 1, self.oldest_seq)
        last = min(self.last_seq, first + limit - 1)
        return [(seq, self._waiting[seq - self.oldest_seq]) for seq in range(first, last + 1)]

    def acknowledge(self, epoch: str, seq: int) -> None:
        """Let go what a controller has stored: all up to seq, if the epoch is ours."""
        if epoch != self.epoch:
            return
        for _ in range(min(seq, self.last_seq) - self.acked_seq):
            self._waiting.popleft()


class Outbox:
    """Which of the spool's events to send now: each once a connection, and again where the ack stands still."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._in_flight: dict[int, int] = {}
        self._cursor = 0
        self._progress_at = 0.0
        self._resend_after_s = RESEND_AFTER_S
        self._probed_until = 0

    def attach(self, now: float) -> None:
        """A connection is up: begin again at the oldest event."""
        self._cursor, self._progress_at = 0, now
        self._in_flight.clear()

    def due(self, now: float, receive_maximum: int) -> Sequence[tuple[int, Seen]]:
        """What to hand over; each is to be noted by sent()."""
        room = min(WINDOW, receive_maximum) - len(self._in_flight)
        if room <= 0:
            return ()
        if self._stands_still(now):
            return self._probe(now, room)
        return self._spool.pending(self._cursor, room)

    def sent(self, message_id: int, seq: int) -> None:
        """It is on its way."""
        self._in_flight[message_id] = seq
        self._cursor = max(self._cursor, seq)

    def delivered(self, message_id: int) -> None:
        """The broker has it, if it was an event."""
        self._in_flight.pop(message_id, None)

    def acknowledged(self, ack: Ack, now: float) -> None:
        """A controller has stored everything up to a seq."""
        before = self._spool.acked_seq
        self._spool.acknowledge(ack.epoch, ack.seq)
        if self._spool.acked_seq > before:
            self._progress_at, self._resend_after_s = now, RESEND_AFTER_S
        if self._probed_until and self._spool.acked_seq >= self._probed_until:
            self._cursor, self._probed_until = self._spool.acked_seq, 0

    def _stands_still(self, now: float) -> bool:
        if self._spool.acked_seq >= self._cursor:
            self._progress_at = now
        return now - self._progress_at >= self._resend_after_s

    def _probe(self, now: float, room: int) -> Sequence[tuple[int, Seen]]:
        """The oldest window again; the rest follows when the ack moves."""
        self._progress_at = now
        self._resend_after_s = min(LONGEST_RESEND_S, 2 * self._resend_after_s)
        again = [(seq, seen) for seq, seen in self._spool.pending(0, room) if seq <= self._cursor]
        self._probed_until = again[-1][0] if again else 0
        return again
