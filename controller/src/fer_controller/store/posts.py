"""What only one process of all does at a time: a post, and who holds it."""

from collections.abc import Callable
from threading import Event
from typing import Protocol

from fer_controller.store.database import Database

INGEST = "ingest"
ROLLOUTS = "rollouts"
RETENTION = "retention"
ALERTS = "alerts"
POSTS = (INGEST, ROLLOUTS, RETENTION, ALERTS)
"""What a controller does that serves a database alone."""
Work = Callable[[Database, Event], None]
"""Given a database that it alone may change, as long as it holds the post, and an event that ends it."""


def orders_at(broker: str) -> str:
    """The post of whoever publishes desired states at a broker."""
    return f"orders at {broker}"


class Post(Protocol):
    """One post; whoever dies loses it."""

    def attend(self, work: Work, ending: Event) -> None:
        """Do the work whenever this process holds the post, until ending is set; raises StoreError."""
