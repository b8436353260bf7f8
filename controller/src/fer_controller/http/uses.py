"""When each token was last used, to the minute, so that one that nobody uses is found."""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock

from fer_wire.message import iso_utc

from fer_controller.errors import StoreError
from fer_controller.settings import DbPlace
from fer_controller.store import opening
from fer_controller.store.credentials.records import Token
from fer_controller.store.credentials.store import TokenStore

EVERY_S = 60.0
log = logging.getLogger(__name__)


class Uses:
    """Notes uses from any thread, and writes them from one; it holds no more than there are tokens."""

    def __init__(self, db: DbPlace, clock: Callable[[], float] = time.monotonic) -> None:
        self._db, self._clock = db, clock
        self._noted_s: dict[Token, float] = {}
        self._unwritten: dict[Token, str] = {}
        self._lock = Lock()

    def note(self, token: Token) -> None:
        """A request was let in with it."""
        key, now_s = token.unused, self._clock()
        with self._lock:
            if now_s - self._noted_s.get(key, float("-inf")) >= EVERY_S:
                self._noted_s[key], self._unwritten[key] = now_s, iso_utc(datetime.now(UTC))

    def write(self) -> None:
        """Write what was noted; what cannot be written now is kept."""
        with self._lock:
            uses, self._unwritten = self._unwritten, {}
        if not uses:
            return
        try:
            with opening.writer(self._db) as database:
                TokenStore(database).used(uses)
        except StoreError as error:
            log.warning("%s When tokens were last used is not noted yet.", error)
            with self._lock:
                self._unwritten = {**uses, **self._unwritten}
