"""One controller that does everything per database: a row that is taken again and again, and so ends with it."""

import logging
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from fer_controller.errors import StoreError
from fer_controller.settings.postgresql import PostgresUrl
from fer_controller.store.postgresql import server

SERVE = "serve"
LASTS_S = 10.0
TAKEN_EVERY_S = 3.0
TRIED_EVERY_S = 0.5
log = logging.getLogger(__name__)


@contextmanager
def exclusive(place: PostgresUrl, timeout_s: float) -> Iterator[None]:
    """Hold the lease in the block; raises StoreError when another process goes on holding it."""
    holder, ending = f"{socket.gethostname()}, pid {os.getpid()}", Event()
    _take_or_wait(place, timeout_s, holder)
    thread = Thread(target=_keep, args=(place, timeout_s, holder, ending), name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()
        with suppress(StoreError), server.reader(place, timeout_s) as database:
            database.run("give_lease_back", {"name": SERVE, "holder": holder})


def _take_or_wait(place: PostgresUrl, timeout_s: float, holder: str) -> None:
    """A controller that was killed holds it for a little longer."""
    until_s = time.monotonic() + LASTS_S + TRIED_EVERY_S
    with server.writer(place, timeout_s, create=True) as database:
        while not database.run("take_lease", {"name": SERVE, "holder": holder, "seconds": LASTS_S}):
            if time.monotonic() > until_s:
                (found,) = database.rows("lease_holder", {"name": SERVE})
                raise StoreError(
                    f"Another fer-controller serves {place} ({found['holder']}); stop it, or name another database "
                    "with --db."
                )
            time.sleep(TRIED_EVERY_S)


def _keep(place: PostgresUrl, timeout_s: float, holder: str, ending: Event) -> None:
    while not ending.wait(TAKEN_EVERY_S):
        try:
            with server.reader(place, timeout_s) as database:
                if not database.run("take_lease", {"name": SERVE, "holder": holder, "seconds": LASTS_S}):
                    log.error("Another fer-controller serves %s now, too; stop one of them.", place)
        except StoreError as error:
            log.debug("%s The lease is not renewed.", error)
