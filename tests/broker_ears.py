"""A listener of the agent's link that knows when the link is up."""

import threading

from fer_agent.broker.listener import Connection


class Ear:
    """Says nothing, and remembers what it heard."""

    def __init__(self) -> None:
        self.up = threading.Event()
        self.down = threading.Event()

    def connected(self, link: Connection) -> None:
        self.up.set()

    def disconnected(self) -> None:
        self.down.set()

    def received(self, topic: str, payload: bytes) -> None:
        pass

    def delivered(self, message_id: int) -> None:
        pass

    def refused(self, message_id: int, reason: str) -> None:
        pass
