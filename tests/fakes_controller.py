"""A broker that delivers what a test tells it to, and remembers what it was told."""

from collections.abc import Callable, Iterable

from fer_controller.broker.client import AT_ONCE
from fer_controller.broker.delivery import Delivery
from fer_controller.errors import BrokerError


class FakeBroker:
    """Implements fer_controller.broker.client.Broker's side towards the subscriber.

    Each pump brings the next of `arrivals`: a message, or an error to raise. When they are used up, on_empty is called.
    """

    def __init__(self, *arrivals: Delivery | BrokerError) -> None:
        self.arrivals = list(arrivals)
        self.refusals: list[BrokerError] = []
        self.acknowledged: list[Delivery] = []
        self.published: list[tuple[str, bytes]] = []
        self.told: list[tuple[str, bytes]] = []
        self.connections = 0
        self.room = AT_ONCE
        self.connected = False
        self.pumps = 0
        self.on_empty: Callable[[], None] = _nothing
        self._inbox: list[Delivery] = []

    @property
    def waiting(self) -> int:
        return len(self._inbox)

    def connect(self) -> None:
        self.connections += 1
        if self.refusals:
            raise self.refusals.pop(0)
        self.connected = True

    def pump(self, timeout_s: float, most: int) -> None:
        self.pumps += 1
        if not self.connected:
            raise BrokerError("not connected")
        if not self.arrivals:
            self.on_empty()
        elif len(self._inbox) < most:
            arrival = self.arrivals.pop(0)
            if isinstance(arrival, BrokerError):
                self.connected = False
                raise arrival
            self._inbox.append(arrival)

    def collect(self, most: int) -> list[Delivery]:
        taken, self._inbox = self._inbox[:most], self._inbox[most:]
        return taken

    def acknowledge(self, deliveries: Iterable[Delivery]) -> None:
        self.acknowledged += deliveries

    def publish(self, messages: Iterable[tuple[str, bytes]]) -> None:
        if not self.connected:
            raise BrokerError("not connected")
        self.published += messages

    def tell(self, messages: Iterable[tuple[str, bytes]]) -> None:
        self.told += messages

    def settle(self, timeout_s: float) -> None:
        """Everything has left already."""

    def close(self) -> None:
        self.connected = False


def _nothing() -> None:
    """Happens when no message is left, unless a test has something to do then."""
