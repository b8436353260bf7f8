"""Certificates that nobody renews but their owner: a day's warning each, from a month before one ends."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

from fer_wire.message import iso_utc

from fer_controller.authority.authority import is_there, issuing_certificate
from fer_controller.errors import AuthorityError, StoreUnavailable
from fer_controller.store.certificates.records import SERVER
from fer_controller.store.certificates.store import CertificateStore

SOON = timedelta(days=30)
EVERY_S = 86_400.0
log = logging.getLogger(__name__)


class Expiries:
    """Warns of servers' and programs' certificates, and of the authority's own."""

    def __init__(self, folder: Path, store: CertificateStore) -> None:
        self._folder, self._store = folder, store

    def run(self, ending: Event) -> None:
        """Warn now and once a day, until ending is set."""
        while not ending.is_set():
            try:
                for sentence in self.sentences(datetime.now(UTC)):
                    log.warning("%s", sentence)
            except (AuthorityError, StoreUnavailable) as error:
                log.debug("%s", error)
            ending.wait(EVERY_S)

    def sentences(self, now: datetime) -> Iterator[str]:
        """What ends within a month, or ended within the last, one sentence each with what to do."""
        for each in self._store.ending(iso_utc(now - SOON), iso_utc(now + SOON)):
            command = f"ca {'server' if each.role == SERVER else 'service'} {each.holder}"
            yield (
                f"The certificate of the {each.role} {each.holder} ends at {each.expires_at}, and is refused from then "
                f"on; make another with `fer-controller {command} --out FOLDER`."
            )
        if is_there(self._folder) and issuing_certificate(self._folder).not_valid_after_utc < now + SOON:
            yield f"The authority in {self._folder} ends soon, and all that it issued; run `fer-controller ca renew`."
