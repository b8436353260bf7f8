"""A message as it came from the broker."""

from typing import NamedTuple


class Delivery(NamedTuple):
    """One message as it arrived; the broker keeps it until it is acknowledged on the same connection."""

    topic: str
    payload: bytes
    retained: bool
    qos: int
    mid: int
    connection: int
