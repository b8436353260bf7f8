"""Devices renew their certificates: each shows the one that it has, and sends a request for the next."""

from datetime import UTC, datetime
from pathlib import Path

from fer_controller.authority.authority import Authority
from fer_controller.desk.enrolling import Enrolling
from fer_controller.http.shown import Shown
from fer_controller.settings import AuthoritySettings, DbPlace
from fer_controller.store import opening
from fer_controller.store.subjects import Subjects


class Renewals:
    """Issues them; raises AuthorityError where there is no authority, or what is asked for cannot be issued."""

    def __init__(self, db: DbPlace, folder: Path, settings: AuthoritySettings) -> None:
        self._db, self._folder, self._settings = db, folder, settings

    def renew(self, shown: Shown, request: bytes, origin: str) -> bytes:
        """The next certificate and its chain (PEM); the origin is for the audit log."""
        authority = Authority(self._folder)
        with opening.writer(self._db) as database:
            enrolling = Enrolling(Subjects(database, origin), authority, self._settings)
            return enrolling.renewal(shown.holder, shown.serial, datetime.now(UTC), request).chain
