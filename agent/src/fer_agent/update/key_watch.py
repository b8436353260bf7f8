"""The thread that follows the fleet's keys: at the start, once a day, and when an order is not proven."""

import logging
import threading
from typing import Callable

from fer_agent.errors import AgentError, CanceledError
from fer_agent.update.keyring import Keyring

log = logging.getLogger(__name__)

DAY_S = 86_400.0
BREATH_S = 10.0
"""Between two looks at the least, however often somebody sends what is not proven."""
STOP_S = 5.0


class KeyWatch:
    """Asks for newer lists; in its thread, changed is called when there were any, and report after every look."""

    def __init__(
        self,
        keyring: Keyring,
        changed: Callable[[], object],
        report: Callable[[], object],
        breath_s: float = BREATH_S,
    ) -> None:
        self._keyring, self._changed, self._report, self._breath_s = keyring, changed, report, breath_s
        self._asked, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="keys", daemon=True)

    def start(self) -> None:
        """Begin, unless there is nothing to follow."""
        if self._keyring.can_follow:
            self._thread.start()

    def stop(self) -> None:
        """End soon."""
        self._stopping.set()
        self._asked.set()
        if self._thread.is_alive():
            self._thread.join(STOP_S)

    def ask(self) -> None:
        """Look soon, for there may be newer keys."""
        self._asked.set()

    def turn(self) -> None:
        """Look once; what goes wrong is logged, for the device goes on with the keys that it has.

        The report is due, for meanwhile an order may have expired.
        """
        try:
            if self._keyring.follow(self._stopping):
                self._changed()
        except CanceledError:
            pass
        except AgentError as error:
            log.info("No newer keys: %s", error)
        self._report()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._asked.clear()
            self.turn()
            self._stopping.wait(self._breath_s)
            self._asked.wait(DAY_S)
