"""Requests that were turned away, counted by peer, for the audit log: one entry now and then, whatever the flood."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from fer_controller.errors import StoreError
from fer_controller.rollout import audit
from fer_controller.settings import DbPlace
from fer_controller.store import opening
from fer_controller.store.audit.records import AuditRow
from fer_controller.store.audit.store import AuditStore

EVERY_S = 600.0
"""Of one peer and reason there is one entry at once, and then one in this time."""
MOST = 20
"""So many peers and reasons are told apart in that time; all others are counted together."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Who was turned away, where from, and why."""

    peer: str
    who: str
    why: str


OTHERS = Refusal("", audit.NOBODY, "there were too many to tell apart")


@dataclass(slots=True)
class _Tally:
    due_s: float
    requests: int = 0


class Refusals:
    """Counts refusals from any thread, and writes them from one; what it holds is bounded."""

    def __init__(self, db: DbPlace, clock: Callable[[], float] = time.monotonic) -> None:
        self._db, self._clock = db, clock
        self._tallies: dict[Refusal, _Tally] = {}
        self._lock = Lock()

    def note(self, refusal: Refusal) -> None:
        """Count one."""
        with self._lock:
            known = refusal in self._tallies or len(self._tallies) < MOST
            tally = self._tallies.setdefault(refusal if known else OTHERS, _Tally(self._clock()))
            tally.requests += 1

    def write(self, *, all_: bool = False) -> None:
        """Write those that are due, or all of them; what cannot be written now is kept."""
        due = self._due(all_=all_)
        if not due:
            return
        try:
            with opening.writer(self._db) as database:
                AuditStore(database).append([_entry(refusal, requests) for refusal, requests in due.items()])
        except StoreError as error:
            log.warning("%s Requests that were turned away are not in the audit log yet.", error)
            return
        self._settle(due)

    def _due(self, *, all_: bool) -> dict[Refusal, int]:
        now_s = self._clock()
        with self._lock:
            over = [each for each, tally in self._tallies.items() if not tally.requests and tally.due_s <= now_s]
            for each in over:
                del self._tallies[each]
            return {
                each: tally.requests
                for each, tally in self._tallies.items()
                if tally.requests and (all_ or tally.due_s <= now_s)
            }

    def _settle(self, written: dict[Refusal, int]) -> None:
        with self._lock:
            for each, requests in written.items():
                self._tallies[each].requests -= requests
                self._tallies[each].due_s = self._clock() + EVERY_S


def _entry(refusal: Refusal, requests: int) -> AuditRow:
    times = "A request was" if requests == 1 else f"{requests:,} requests were"
    entry = audit.act(audit.TURNED_AWAY, f"{times} turned away: {refusal.why}.", refusal.who)
    return audit.stamped(entry, refusal.peer, requests=requests)
