"""What a device asks of its connection, and what it hears from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Will:
    """The retained message that the broker publishes when a device disappears without a goodbye."""

    topic: str
    payload: bytes


class Listener(Protocol):
    """Learns what happens on a link."""

    def will(self) -> Will:
        """What to leave with the broker at this connection."""

    def connected(self) -> None:
        """The link is up and the subscriptions are answered."""

    def disconnected(self) -> None:
        """The link is down; what was not delivered will not be."""

    def received(self, topic: str, payload: bytes) -> None:
        """A message came for one of the subscriptions."""

    def delivered(self, message_id: int) -> None:
        """The broker has taken a message of QoS 1."""

    def refused(self, message_id: int, reason: str) -> None:
        """The broker has answered a message of QoS 1, but did not take it."""


class Link(Protocol):
    """One device's connection; once opened it comes back by itself until it is cut or closed."""

    up: bool
    receive_maximum: int

    def open(self) -> None:
        """Begin to connect."""

    def publish(
        self, topic: str, payload: bytes, qos: int = 0, *, retain: bool = False, expiry_s: int = 0
    ) -> int | None:
        """Hand over a message; returns its id, or None when there is no connection."""

    def cut(self) -> None:
        """Drop the connection without a word, as a lost network does; the will goes out."""

    def close(self) -> None:
        """Say goodbye to the broker."""


class Broker(Protocol):
    """Where devices connect."""

    def link(self, device: str, subscriptions: Sequence[str], listener: Listener) -> Link:
        """A connection for one device, not open yet."""
