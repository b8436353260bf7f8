"""Devices that were taken out of the fleet: nothing that arrives under their names is taken in."""

import time
from collections.abc import Callable, Collection

from fer_wire import MessageError, WireError

from fer_controller.errors import StoreUnavailable

LOOK_EVERY_S = 1.0
LETTER_EVERY_S = 60.0
"""Of one device a message that is refused becomes a dead letter once in this time; the others are counted in it."""


class Revoked:
    """Their names as they stood a moment ago, and what is told of their messages."""

    def __init__(self, look: Callable[[], Collection[str]], clock: Callable[[], float] = time.monotonic) -> None:
        self._look, self._clock = look, clock
        self._looked_s = float("-inf")
        self._told_s: dict[str, float] = {}
        self._untold: dict[str, int] = {}
        self.names: frozenset[str] = frozenset()

    def refresh(self) -> None:
        """Take up within a second who was revoked or enrolled again; while the store is busy, all stays as it was."""
        now_s = self._clock()
        if now_s - self._looked_s < LOOK_EVERY_S:
            return
        try:
            self.names = frozenset(self._look())
        except StoreUnavailable:
            return
        self._looked_s = now_s
        for told in (self._told_s, self._untold):
            for device in told.keys() - self.names:
                del told[device]

    def refuse(self, device: str) -> WireError | None:
        """The reason for a dead letter; None while the last one is fresh, when the message is counted alone."""
        now_s, untold = self._clock(), self._untold.get(device, 0)
        if now_s - self._told_s.get(device, float("-inf")) < LETTER_EVERY_S:
            self._untold[device] = untold + 1
            return None
        self._told_s[device], self._untold[device] = now_s, 0
        more = f" So were {untold:,} more since the last that was kept." if untold else ""
        return MessageError(
            f"{device} was revoked, so this was refused; `fer-controller enroll {device}` takes it in again.{more}"
        )
