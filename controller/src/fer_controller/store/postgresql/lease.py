"""A post that processes anywhere share: a row that its holder takes again and again, and so loses when it dies.

Whoever takes it over begins a new term. What a holder writes is fenced: each of its transactions first reads the row,
locked until it commits, so that one that was away, and does not know that its term is over, writes nothing.
"""

import logging
import os
import secrets
import socket
import time
from contextlib import suppress
from threading import Event, Thread

from fer_controller.errors import LeaseLostError, StoreUnavailable
from fer_controller.settings.postgresql import PostgresUrl
from fer_controller.store.database import TIMEOUT_S
from fer_controller.store.postgresql import server
from fer_controller.store.postgresql.database import PostgresDatabase
from fer_controller.store.posts import Work

LASTS_S = 6.0
TAKEN_EVERY_S = 2.0
TRIED_EVERY_S = 0.5
ANSWER_TIMEOUT_S = 4.0
LOOK_EVERY_S = 0.1
log = logging.getLogger(__name__)


class Lease:
    """One post, held by a row of the database."""

    def __init__(self, place: PostgresUrl, name: str) -> None:
        self._place, self._name = place, name
        self._holder = f"{socket.gethostname()}, pid {os.getpid()}, {secrets.token_hex(4)}"

    def attend(self, work: Work, ending: Event) -> None:
        """Do the work whenever this process holds the lease, until ending is set."""
        told = False
        with server.reader(self._place, TIMEOUT_S) as asking:
            while not ending.is_set():
                try:
                    term = self._take(asking)
                except StoreUnavailable as error:
                    term = 0
                    log.log(logging.DEBUG if told else logging.WARNING, "%s %s waits.", error, self._title)
                    told = True
                if term:
                    told = False
                    self._serve(term, work, ending)
                else:
                    ending.wait(TRIED_EVERY_S)
            with suppress(StoreUnavailable):
                asking.run("give_lease_back", self._values)

    @property
    def _title(self) -> str:
        return self._name[0].upper() + self._name[1:]

    @property
    def _values(self) -> dict[str, object]:
        return {"name": self._name, "holder": self._holder}

    def _take(self, database: PostgresDatabase, term: int = 0) -> int:
        """Take the lease, or hold that of this term longer; returns the term, 0 where it is another's."""
        with database.beside():
            found = database.rows("take_lease", {**self._values, "term": term, "seconds": LASTS_S})
        return int(found[0]["term"]) if found else 0

    def _serve(self, term: int, work: Work, ending: Event) -> None:
        log.info("%s of %s: this process does it from now on (term %d).", self._title, self._place, term)
        over = Event()
        keeping = Thread(target=self._keep, args=(term, over, ending), name=f"{self._name} lease", daemon=True)
        keeping.start()
        try:
            with server.reader(self._place, TIMEOUT_S) as database:
                database.fence(lambda: self._expect_held(database, term))
                work(database, over)
        except LeaseLostError as error:
            log.warning("%s", error)
        finally:
            over.set()
            keeping.join()

    def _expect_held(self, database: PostgresDatabase, term: int) -> None:
        if not database.rows("hold_lease", {**self._values, "term": term}):
            raise self._lost(database)

    def _lost(self, database: PostgresDatabase) -> LeaseLostError:
        found = database.rows("lease_holder", {"name": self._name})
        holder = found[0]["holder"].rpartition(", ")[0] if found else "another process"
        return LeaseLostError(
            f"{self._title} of {self._place} was taken over by {holder} while this process was away; it writes nothing "
            "more of it."
        )

    def _keep(self, term: int, over: Event, ending: Event) -> None:
        """Hold the lease longer, until it is over, or has to be taken for lost because the database is silent."""
        taken_s = tried_s = time.monotonic()
        try:
            with server.reader(self._place, TIMEOUT_S) as database:
                database.expect_answers_within(ANSWER_TIMEOUT_S)
                while not over.wait(LOOK_EVERY_S) and not ending.is_set() and tried_s - taken_s < LASTS_S:
                    if time.monotonic() - tried_s >= TAKEN_EVERY_S:
                        tried_s = time.monotonic()
                        taken_s = tried_s if self._is_kept(database, term) else taken_s
            if not over.is_set() and not ending.is_set():
                log.warning(
                    "%s of %s could not be held on to while the database was away; it writes nothing more of it.",
                    self._title,
                    self._place,
                )
        except (LeaseLostError, StoreUnavailable) as error:
            log.warning("%s", error)
        finally:
            over.set()

    def _is_kept(self, database: PostgresDatabase, term: int) -> bool:
        """Whether it could be held longer; raises LeaseLostError when it is another's."""
        try:
            if not self._take(database, term):
                raise self._lost(database)
        except StoreUnavailable as error:
            log.debug("%s The lease is not renewed.", error)
            return False
        return True
