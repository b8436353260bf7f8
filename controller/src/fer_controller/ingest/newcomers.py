"""Names of which nothing was heard before: where only enrolled devices are taken in, no other login invents one."""

import time
from collections.abc import Callable, Collection

from fer_wire import MessageError

from fer_controller.errors import StoreUnavailable

LOOK_EVERY_S = 1.0


class Newcomers:
    """Takes in any, unless it is given a way to look who is enrolled."""

    def __init__(
        self, enrolled: Callable[[], Collection[str]] | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._enrolled, self._clock = enrolled, clock
        self._looked_s = float("-inf")
        self._names: Collection[str] = ()

    def expect(self, device: str) -> None:
        """Raises MessageError for a device that is not enrolled; one that was enrolled a second ago is."""
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
