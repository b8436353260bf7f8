"""What devices reported, read once: it is asked for again and again, and is mostly as before."""

from collections.abc import Callable
from typing import Generic, TypeVar

Read = TypeVar("Read")

DEVICES_REMEMBERED = 32_768
"""More than a fleet has devices."""


class NewestReports(Generic[Read]):
    """Of each device, what its newest report says; earlier ones are forgotten."""

    def __init__(self, read: Callable[[str], Read]) -> None:
        """read: from the stored text."""
        self._read = read
        self._known: dict[str, tuple[str, Read]] = {}

    def of(self, device: str, text: str) -> Read:
        """What this text says, which the device reported."""
        known = self._known.get(device)
        if known is not None and known[0] == text:
            return known[1]
        found = self._read(text)
        if len(self._known) >= DEVICES_REMEMBERED:
            self._known.clear()
        self._known[device] = text, found
        return found
