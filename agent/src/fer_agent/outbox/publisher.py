"""From the spool to the broker: every event is sent, and resent, until it is known to be stored."""

import logging
import threading
import time
from typing import Callable, Dict, NamedTuple, Optional

from fer_wire import Ack, EmotionEvent, Topics
from typing_extensions import Protocol

from fer_agent.errors import SpoolError
from fer_agent.outbox.spool import Spool
from fer_agent.settings import ON_PUBACK, SpoolSettings

log = logging.getLogger(__name__)

IDLE_WAIT_S = 0.2
SPOOL_RETRY_S = 1.0
LONGEST_RESEND_S = 3600.0
TAKEN = ""
MOST_CHARACTERS = 500


class Link(Protocol):
    """What the publisher needs of a broker link."""

    receive_maximum: int

    def publish(self, topic: str, payload: bytes, qos: int = 0) -> Optional[int]:
        """Send a message; returns its id, or None if there is no connection."""


class _Sent(NamedTuple):
    """An event that the broker has not answered yet."""

    seq: int
    topic: str


def _untold(_events: int, _left_s: float) -> None:
    """Nobody asks what is waited for."""


class Publisher:
    """One thread between the spool and the link.

    After every reconnect it starts again at the oldest event. When the ack stops moving, it resends the oldest window
    at growing intervals; once the ack moves again, it resends everything.
    """

    def __init__(
        self, spool: Spool, topics: Topics, settings: SpoolSettings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._spool, self._topics, self._settings, self._clock = spool, topics, settings, clock
        self._wake = threading.Condition()
        self._in_flight: Dict[int, _Sent] = {}
        self._early_answers: Dict[int, str] = {}
        self._link: Optional[Link] = None
        self._connection = 0
        self._cursor = 0
        self._probed_until = 0
        self._resend_after_s = settings.resend_after_s
        self._progress_at = clock()
        self._stopping = False
        self._refusals: Dict[str, str] = {}
        self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)

    @property
    def refusal(self) -> str:
        """Why the broker does not take the events of a camera, until it takes one of them again; else empty."""
        return next(iter(list(self._refusals.values())), "")

    def start(self) -> None:
        """Start sending as soon as there is a link."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; whatever was not acknowledged stays in the spool."""
        with self._wake:
            self._stopping = True
            self._wake.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def attach(self, link: Link) -> None:
        """A connection is up: resend everything that is still in the spool."""
        with self._wake:
            self._link, self._cursor = link, 0
            self._connection += 1
            self._in_flight.clear()
            self._early_answers.clear()
            self._progress_at = self._clock()
            self._wake.notify_all()

    def detach(self) -> None:
        """The connection is down."""
        with self._wake:
            self._link = None
            self._in_flight.clear()

    def acknowledged(self, ack: Ack) -> None:
        """A controller has stored everything up to a seq; raises SpoolError when the spool cannot be written."""
        before = self._spool.oldest_seq
        self._spool.acknowledge(ack.epoch, ack.seq)
        with self._wake:
            if self._spool.oldest_seq > before:
                self._progress_at, self._resend_after_s = self._clock(), self._settings.resend_after_s
            if self._probed_until and ack.seq >= self._probed_until:
                self._cursor, self._probed_until = ack.seq, 0
            self._wake.notify_all()

    def delivered(self, message_id: int) -> None:
        """The broker has a message; with delete_on = puback that is enough to delete it."""
        self._answered(message_id, TAKEN)

    def refused(self, message_id: int, reason: str) -> None:
        """The broker did not take a message: an event stays in the spool, and is sent again after a while."""
        self._answered(message_id, reason)

    def _answered(self, message_id: int, answer: str) -> None:
        with self._wake:
            sent = self._in_flight.pop(message_id, None)
            if sent is None:
                self._early_answers[message_id] = answer
            self._wake.notify_all()
        if sent is not None:
            self._settle(sent, answer)

    def flush(self, timeout_s: float, told: Callable[[int, float], object] = _untold) -> int:
        """Wait until the spool is empty or the time has run out; returns how many events are left.

        Meanwhile told is called again and again with how many wait and how many seconds are left.
        """
        deadline = self._clock() + timeout_s
        while True:
            pending, left_s = self._spool.statistics().pending_events, deadline - self._clock()
            if not pending or left_s <= 0:
                return pending
            told(pending, left_s)
            with self._wake:
                self._wake.wait(IDLE_WAIT_S)

    def _run(self) -> None:
        while not self._stopping:
            try:
                sent = self._send_some()
            except SpoolError as error:
                log.error("%s", error)
                time.sleep(SPOOL_RETRY_S)
                continue
            if not sent:
                self._rest()

    def _send_some(self) -> int:
        with self._wake:
            link, connection, cursor = self._link, self._connection, self._cursor
            room = self._room()
        if link is None or room <= 0:
            return 0
        self._resend_if_the_ack_stands_still(link, connection)
        last_seq = self._spool.last_seq
        events = self._spool.pending(cursor, room)
        for sent, event in enumerate(events):
            if not self._send(link, connection, event):
                return sent
        if not events:
            self._move_cursor(cursor, last_seq)
        return len(events)

    def _room(self) -> int:
        receive_maximum = self._link.receive_maximum if self._link else 0
        return min(self._settings.window, receive_maximum) - len(self._in_flight)

    def _move_cursor(self, seen: int, seq: int) -> None:
        with self._wake:
            if self._cursor == seen:
                self._cursor = max(seen, seq)

    def _send(self, link: Link, connection: int, event: EmotionEvent) -> bool:
        sent = _Sent(event.seq, self._topics.emotion(event.device, event.camera))
        message_id = link.publish(sent.topic, event.payload(), qos=1)
        with self._wake:
            if message_id is None or connection != self._connection:
                return False
            self._cursor = max(self._cursor, event.seq)
            answer = self._early_answers.pop(message_id, None)
            if answer is None:
                self._in_flight[message_id] = sent
        if answer is not None:
            self._settle(sent, answer)
        return True

    def _settle(self, sent: _Sent, answer: str) -> None:
        if answer != TAKEN:
            self._complain(sent.topic, answer)
            return
        if self._refusals.pop(sent.topic, None):
            log.info("The broker takes events on %s again.", sent.topic)
            with self._wake:
                self._cursor = 0
        if self._settings.delete_on == ON_PUBACK:
            self._spool.delivered(sent.seq)

    def _complain(self, topic: str, reason: str) -> None:
        sentence = f"The broker takes no events on {topic} ({reason}); check its ACL."[:MOST_CHARACTERS]
        if topic not in self._refusals:
            log.warning("%s They stay in the spool.", sentence)
            self._progress_at = self._clock()
        self._refusals[topic] = sentence

    def _resend_if_the_ack_stands_still(self, link: Link, connection: int) -> None:
        told_by_the_broker = self._settings.delete_on == ON_PUBACK and not self.refusal
        if told_by_the_broker or self._clock() - self._progress_at < self._resend_after_s:
            return
        oldest = self._spool.oldest_seq
        if oldest > self._cursor:
            self._progress_at = self._clock()
            return
        log.info("No ack for %.0f s; resending from seq %d.", self._resend_after_s, oldest)
        self._probe(link, connection, oldest)
        self._progress_at = self._clock()
        self._resend_after_s = min(LONGEST_RESEND_S, 2 * self._resend_after_s)

    def _probe(self, link: Link, connection: int, oldest: int) -> None:
        for event in self._spool.pending(oldest - 1, self._settings.window):
            if event.seq > self._cursor or not self._send(link, connection, event):
                break
            self._probed_until = event.seq

    def _rest(self) -> None:
        with self._wake:
            blocked = self._link is None or self._room() <= 0
            if blocked:
                self._wake.wait(IDLE_WAIT_S)
        if not blocked:
            self._spool.wait(self._cursor, IDLE_WAIT_S)
