"""Names of which nothing was heard before: no login of a program invents a device, and where asked for, nobody does."""

import time
from collections.abc import Callable, Collection

from fer_wire import MessageError
from fer_wire.names import PROGRAMS

from fer_controller.errors import StoreUnavailable

LOOK_EVERY_S = 1.0


class Newcomers:
    """Takes in any device, or where it is given a way to look who is enrolled, only those."""

    def __init__(
        self, enrolled: Callable[[], Collection[str]] | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._enrolled, self._clock = enrolled, clock
        self._looked_s = float("-inf")
        self._names: Collection[str] = ()

    def expect(self, device: str) -> None:
        """Raises MessageError for what is no device, or not enrolled; one that was enrolled a second ago is."""
        if device in PROGRAMS:
            raise MessageError(
                f"{device} is a login of a program, and no device, yet the broker lets it speak as one: install the "
                "access list controller/mosquitto/fer.acl."
            )
        if self._enrolled is None or device in self._names:
            return
        self._look(self._enrolled)
        if device not in self._names:
            raise MessageError(
                f"{device} is not enrolled, so nothing is taken from it; `fer-controller enroll {device}` takes it in "
                "(ingest.newcomers is enrolled)."
            )

    def _look(self, enrolled: Callable[[], Collection[str]]) -> None:
        """Look again, at most once a second; while the store is busy, all stays as it was."""
        now_s = self._clock()
        if now_s - self._looked_s < LOOK_EVERY_S:
            return
        try:
            self._names, self._looked_s = frozenset(enrolled()), now_s
        except StoreUnavailable:
            return
