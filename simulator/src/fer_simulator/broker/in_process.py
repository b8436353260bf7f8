"""A broker in this process, for tests: no socket, no thread, and no time but that of its timers."""

import itertools
from collections.abc import Callable, Sequence

from fer_simulator.broker.link import Listener
from fer_simulator.clock import Timers

Hear = Callable[[str, bytes], None]


class InProcessBroker:
    """Keeps what is retained, and delivers each message as soon as the timers turn."""

    def __init__(self, timers: Timers) -> None:
        self.retained: dict[str, bytes] = {}
        self._timers = timers
        self._links: list[InProcessLink] = []
        self._hearers: list[Hear] = []

    def link(self, device: str, subscriptions: Sequence[str], listener: Listener) -> "InProcessLink":
        """A connection for one device, not open yet."""
        link = InProcessLink(self, self._timers, device, subscriptions, listener)
        self._links.append(link)
        return link

    def hear(self, hearer: Hear) -> None:
        """Tell it each message that is published from now on, as it is published."""
        self._hearers.append(hearer)

    def publish(self, topic: str, payload: bytes, *, retain: bool = True) -> None:
        """Deliver a message to those who subscribed; an empty retained one clears what was retained."""
        if retain and payload:
            self.retained[topic] = payload
        elif retain:
            self.retained.pop(topic, None)
        for hearer in self._hearers:
            hearer(topic, payload)
        for link in self._links:
            link.deliver(topic, payload)


class InProcessLink:
    """One device's connection to the broker of this process."""

    def __init__(
        self, broker: InProcessBroker, timers: Timers, client_id: str, subscriptions: Sequence[str], listener: Listener
    ) -> None:
        self.client_id, self.up, self.receive_maximum = client_id, False, 65_535
        self._broker, self._timers, self._listener = broker, timers, listener
        self._subscriptions = tuple(subscriptions)
        self._ids = itertools.count(1)
        self._connection = 0

    def open(self) -> None:
        """Begin to connect."""
        self._connection += 1
        self._soon(self._connect)

    def publish(
        self, topic: str, payload: bytes, qos: int = 0, *, retain: bool = False, expiry_s: int = 0
    ) -> int | None:
        """Hand over a message; returns its id, or None when there is no connection. None expires here."""
        del expiry_s
        if not self.up:
            return None
        message_id = next(self._ids)
        self._broker.publish(topic, payload, retain=retain)
        if qos:
            self._soon(lambda: self._listener.delivered(message_id))
        return message_id

    def deliver(self, topic: str, payload: bytes) -> None:
        """Hand a message to the device, if it is connected and subscribed to its topic."""
        if self.up and topic in self._subscriptions:
            self._soon(lambda: self._listener.received(topic, payload))

    def cut(self) -> None:
        """Drop the connection without a word, as a lost network does; the will goes out."""
        if self._down():
            will = self._listener.will()
            self._broker.publish(will.topic, will.payload)

    def close(self) -> None:
        """Say goodbye to the broker."""
        self._down()

    def _connect(self) -> None:
        self.up = True
        self._listener.connected()
        for topic in self._subscriptions:
            if topic in self._broker.retained:
                self.deliver(topic, self._broker.retained[topic])

    def _down(self) -> bool:
        """Whether it was up."""
        was_up, self.up = self.up, False
        self._connection += 1
        if was_up:
            self._listener.disconnected()
        return was_up

    def _soon(self, call: Callable[[], None]) -> None:
        """At the next turn of the timers, unless the connection is another one by then."""
        connection = self._connection
        self._timers.later(0.0, lambda: call() if connection == self._connection else None)
