"""Desired states → broker; a row counts as published once the broker has confirmed it."""

import hashlib
import logging
import random
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from threading import Event
from typing import TypeVar

from fer_wire import Topics, WireError

from fer_controller.broker.client import Broker
from fer_controller.broker.delivery import Delivery
from fer_controller.errors import BrokerError, BrokerRefused, RegistryError, StoreUnavailable
from fer_controller.rollout.desired.seal import Seal
from fer_controller.rollout.transitions import UNREACHABLE
from fer_controller.store.rollouts.desired import Orders
from fer_controller.store.rollouts.records import NO_ROLLOUT, DesiredRow, SentOrder

WINDOW = 1000
"""How many are read, published and confirmed together: each look at the database and each mark there costs a commit."""
NOT_STORED = 0
"""The sequence of messages whose confirmation is not noted; no desired state has it."""
LOOK_EVERY_S = 0.2
RENEW_EVERY_S = 10.0
SIGNING_S = 1.0
FIRST_PAUSE_S = 0.2
CONFIRMED_WITHIN_S = 30.0
GOODBYE_S = 2.0

Others = Callable[[], Sequence[tuple[str, bytes]]]
Message = tuple[str, bytes, SentOrder]
"""Topic, payload, and what is confirmed by it."""
Waiting = TypeVar("Waiting")
log = logging.getLogger(__name__)


class Publisher:
    """Publishes until stopped, on a connection of its own; what is not confirmed is published again."""

    def __init__(
        self, store: Orders, topics: Topics, reconnect_max_s: float, seal: Seal, others: Others = tuple
    ) -> None:
        """Others gives what is to be said besides, to whoever listens now: topics and payloads, not retained."""
        self._store = store
        self._topics = topics
        self._reconnect_max_s = reconnect_max_s
        self._seal = seal
        self._others = others
        self._said: dict[int, str] = {}
        self._renew_at_s = 0.0
        self._unsigned = ""
        self._ready: deque[Message] = deque()
        self._unsaid: deque[tuple[str, bytes]] = deque()
        self._sent: dict[int, SentOrder] = {}
        self._confirmed: list[SentOrder] = []
        self._refused: set[SentOrder] = set()
        self._last: dict[str, bytes] = {}
        """By topic, the digest of what was published there last, which comes back."""
        self._moved_s = 0.0
        self._pause_s = FIRST_PAUSE_S

    def confirm(self, number: int, refusal: str) -> None:
        """Take the broker's answer to one message; called while the connection is pumped."""
        self._moved_s = time.monotonic()
        topic = self._said.pop(number, None)
        if topic is not None:
            if refusal:
                log.warning("The broker does not take what is published on %s (%s); check its ACL.", topic, refusal)
            return
        key = self._sent.pop(number)
        if refusal:
            log.warning("The broker refuses the desired state of %s: %s. It is tried again later.", key.device, refusal)
            self._refused.add(key)
        else:
            self._confirmed.append(key)

    def run(self, broker: Broker, stop: Event) -> None:
        """Publish until stop is set; what has been sent by then gets a moment to be confirmed."""
        told = False
        while not stop.is_set():
            try:
                self._connect(broker)
                told = False
                while not stop.is_set():
                    self._round(broker)
            except (BrokerError, StoreUnavailable) as error:
                # The ingest reports a broker that is away, for its connection breaks too.
                quiet = told or not isinstance(error, BrokerRefused | StoreUnavailable)
                log.log(logging.DEBUG if quiet else logging.WARNING, "%s Desired states wait.", error)
                told = True
                broker.close()
                self._pause(stop)
        self._finish(broker)

    def _connect(self, broker: Broker) -> None:
        broker.connect()
        for each in (self._ready, self._unsaid, self._sent, self._said, self._confirmed, self._refused):
            each.clear()
        self._pause_s = FIRST_PAUSE_S
        self._store.publish_unfinished_again(UNREACHABLE)

    def _round(self, broker: Broker) -> None:
        if not self._ready and not self._sent:
            self._settle()
            if due := self._due():
                self._ready.extend(due)
                self._moved_s = time.monotonic()
        if not self._unsigned:
            self._say(broker)
        self._send(broker)
        broker.pump(LOOK_EVERY_S, WINDOW)
        deliveries = broker.collect(WINDOW)
        self._check(deliveries)
        broker.acknowledge(deliveries)
        if (self._ready or self._sent or self._refused) and time.monotonic() - self._moved_s > CONFIRMED_WITHIN_S:
            raise BrokerRefused("The broker does not confirm what is published.")

    def _settle(self) -> None:
        confirmed, self._confirmed = self._confirmed, []
        if confirmed:
            self._store.mark_published(confirmed)

    def _can_sign(self) -> bool:
        """Look at the keys now and then, and publish again what they have to sign anew; says why not, once."""
        if time.monotonic() < self._renew_at_s:
            return not self._unsigned
        self._renew_at_s = time.monotonic() + RENEW_EVERY_S
        self._store.attend()
        try:
            self._seal.look()
        except RegistryError as error:
            self._complain(error)
            return False
        self._unsigned = ""
        if self._seal.signed_by:
            self._store.renew(self._seal.signed_by, self._seal.renewed_before(datetime.now(UTC)))
        return True

    def _complain(self, error: RegistryError) -> None:
        if str(error) != self._unsigned:
            log.warning("%s Desired states wait.", error)
        self._unsigned = str(error)

    def _due(self) -> list[Message]:
        """What is published next, signed."""
        if not self._can_sign():
            return []
        refused = {(each.device, each.sequence) for each in self._refused}
        rows = [row for row in self._store.unpublished(WINDOW) if (row.device, row.sequence) not in refused]
        return list(self._signed(rows))

    def _send(self, broker: Broker) -> None:
        """Publish as much of what is ready as the broker takes before it has confirmed some."""
        messages = _fitting(self._ready, broker)
        if not messages:
            return
        numbers = broker.publish((topic, payload) for topic, payload, _ in messages)
        for number, (topic, payload, key) in zip(numbers, messages, strict=True):
            self._sent[number] = key
            self._last[topic] = _digest(payload)

    def _say(self, broker: Broker) -> None:
        if not self._unsaid:
            self._unsaid.extend(self._others())
        messages = _fitting(self._unsaid, broker)
        numbers = broker.publish(messages, retain=False) if messages else []
        self._said.update(zip(numbers, (topic for topic, _ in messages), strict=True))

    def _signed(self, rows: Sequence[DesiredRow]) -> Iterator[Message]:
        """The messages of as many as can be signed in a short time: a key elsewhere may be slow."""
        until_s = time.monotonic() + SIGNING_S
        try:
            for row in rows:
                yield from self._messages(row)
                if time.monotonic() > until_s:
                    return
        except RegistryError as error:
            self._complain(error)

    def _messages(self, row: DesiredRow) -> Iterator[Message]:
        """What brings it about: of a forgotten device, that the broker retains nothing."""
        if row.rollout == NO_ROLLOUT:
            cleared = [self._topics.ack(row.device)]
            if not self._store.is_known(row.device):
                cleared += [self._topics.status(row.device), self._topics.reported(row.device)]
            yield from ((topic, b"", SentOrder(row.device, NOT_STORED)) for topic in cleared)
        reported = "" if row.payload else self._store.reported_by(row.device)
        payload, sent = self._seal.sealed(row, reported, datetime.now(UTC))
        yield self._topics.desired(row.device), payload, sent

    def _check(self, deliveries: Sequence[Delivery]) -> None:
        """Publish again what somebody deleted or replaced at the broker; our own messages come back here too."""
        found = {}
        for each in deliveries:
            if self._last.get(each.topic) != _digest(each.payload):
                with suppress(WireError):
                    found[self._topics.parse(each.topic).device] = each.payload
        for row in self._store.of_devices(found) if found else ():
            if not row.payload or self._seal.stands_for(row, found[row.device]):
                continue
            if self._store.publish_again(row.device):
                log.warning(
                    "The desired state of %s was deleted or replaced at the broker; it is published again.", row.device
                )

    def _pause(self, stop: Event) -> None:
        stop.wait(random.uniform(self._pause_s / 2, self._pause_s))  # noqa: S311 - jitter
        self._pause_s = min(self._pause_s * 2, self._reconnect_max_s)

    def _finish(self, broker: Broker) -> None:
        until_s = time.monotonic() + GOODBYE_S
        try:
            while broker.connected and self._sent and time.monotonic() < until_s:
                broker.pump(0.05, WINDOW)
                broker.acknowledge(broker.collect(WINDOW))
            self._settle()
        except (BrokerError, StoreUnavailable) as error:
            log.info("%s Desired states are published at the next start.", error)
        broker.close()


def _fitting(waiting: deque[Waiting], broker: Broker) -> list[Waiting]:
    """What the broker takes of it before it has confirmed some; the rest waits."""
    return [waiting.popleft() for _ in range(min(len(waiting), max(0, broker.room)))]


def _digest(payload: bytes) -> bytes:
    return hashlib.blake2b(payload, digest_size=16).digest()
