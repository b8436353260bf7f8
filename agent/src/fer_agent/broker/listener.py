"""Who speaks on the link, and with what."""

from typing import NamedTuple, Optional

from typing_extensions import Protocol


class RetainedMessage(NamedTuple):
    """A message that the broker keeps for whoever subscribes later; an empty payload takes it back."""

    topic: str
    payload: bytes


class Connection(Protocol):
    """The link while it is up."""

    receive_maximum: int

    def publish(
        self, topic: str, payload: bytes, qos: int = 0, retain: bool = False, expiry_s: Optional[int] = None
    ) -> Optional[int]:
        """Hand over a message; returns its id, or None when there is no connection."""


class BrokerListener(Protocol):
    """Is told what happens on the link, from the link's thread."""

    def connected(self, link: Connection) -> None:
        """The link is up and the broker has answered the subscriptions."""

    def disconnected(self) -> None:
        """The link is down; whatever was not delivered is lost."""

    def received(self, topic: str, payload: bytes) -> None:
        """A message has arrived for one of the subscriptions."""

    def delivered(self, message_id: int) -> None:
        """The broker has taken a message of QoS 1."""

    def refused(self, message_id: int, reason: str) -> None:
        """The broker has answered a message of QoS 1, but did not take it; only MQTT 5 can tell (5.0, 3.4.2.1)."""
