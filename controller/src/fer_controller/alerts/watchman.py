"""The watchman: looks at the fleet again and again, and has told what there is to tell."""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Event

from fer_wire.message import iso_utc

from fer_controller.alerts.post_office import PostOffice
from fer_controller.alerts.view import Eyes
from fer_controller.alerts.watch import Watch
from fer_controller.errors import StoreError, StoreUnavailable
from fer_controller.settings import AlertSettings
from fer_controller.store.alerts.book import AlertBook

STEP_S = 0.5
FINISH_S = 3.0
"""How long an end waits for what is being sent."""
TIDIED_EVERY = timedelta(hours=1)
log = logging.getLogger(__name__)


class Watchman:
    """Killed anywhere, another one goes on from what is stored."""

    def __init__(self, book: AlertBook, eyes: Eyes, watch: Watch, office: PostOffice, settings: AlertSettings) -> None:
        self._book, self._eyes, self._watch, self._office, self._settings = book, eyes, watch, office, settings
        self._looked: datetime | None = None
        self._tidied: datetime | None = None

    def run(self, over: Event, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """One turn after another until over is set."""
        warned = False
        self._office.recover(clock())
        while not over.wait(STEP_S):
            try:
                self.turn(clock())
                warned = False
            except StoreUnavailable as error:
                if not warned:
                    log.warning("%s Alerts wait until that is mended.", error)
                warned = True
        with suppress(StoreError):  # it is sent again, then
            self._office.finish(clock(), FINISH_S)

    def turn(self, now: datetime) -> None:
        """Look where it is time to, and send what is due; raises StoreUnavailable."""
        if _is_due(self._looked, now, timedelta(seconds=self._settings.every_s)):
            seen = self._watch.see(self._eyes.look(now))
            with self._book.transaction():
                self._office.post(self._watch.take(seen), now)
            self._looked = now
        if _is_due(self._tidied, now, TIDIED_EVERY):
            self._book.forget(iso_utc(now - timedelta(days=self._settings.kept_days)))
            self._tidied = now
        self._office.step(now)


def _is_due(last: datetime | None, now: datetime, every: timedelta) -> bool:
    """A clock that jumped back makes nothing wait."""
    return last is None or not timedelta(0) <= now - last < every
