"""Work that may hang in a socket for long, and that nobody waits for once it is told to stop."""

import threading
from contextlib import contextmanager
from typing import Callable, Iterator, List

from fer_agent.errors import CanceledError

POLL_S = 0.1


class Permit:
    """Lets a thread write until that is forbidden; afterwards the thread may hang wherever it likes."""

    def __init__(self) -> None:
        self._lock, self._revoked = threading.Lock(), False

    @contextmanager
    def use(self) -> Iterator[None]:
        """Hold while something is written; raises CanceledError when it is too late."""
        with self._lock:
            if self._revoked:
                raise CanceledError("The download was told to stop.")
            yield

    def revoke(self) -> None:
        """Nothing is written after this."""
        with self._lock:
            self._revoked = True


def abandonable(work: Callable[[Permit], None], cancel: threading.Event, turn: Callable[[], None]) -> None:
    """Run it in a thread of its own and raise what it raises; turn is called meanwhile, and may end it by raising.

    Raises CanceledError as soon as it is canceled.
    """
    permit = Permit()
    outcome: List[Exception] = []

    def run() -> None:
        try:
            work(permit)
        except Exception as error:  # noqa: BLE001  # handed to the caller
            outcome.append(error)

    thread = threading.Thread(target=run, name="download", daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(POLL_S)
            if cancel.is_set() and thread.is_alive():
                raise CanceledError("The download was told to stop.")
            turn()
    finally:
        permit.revoke()
    if outcome:
        raise outcome[0]
