"""What devices reported, read once: it is asked for again and again, and is mostly as before."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar, cast

Read = TypeVar("Read")
Part = TypeVar("Part", bound=Hashable)

DEVICES_REMEMBERED = 32_768
"""More than a fleet has devices."""
PARTS_REMEMBERED = 4096
"""More than a fleet has kinds of devices, or models that run on them."""


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


class EqualParts:
    """Parts of reports that are equal are kept once: most devices of a fleet are alike, and run the same models."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Hashable] = {}

    def kept(self, part: Part) -> Part:
        """The first that was equal to this one."""
        if len(self._known) >= PARTS_REMEMBERED:
            self._known.clear()
        return cast("Part", self._known.setdefault(part, part))
