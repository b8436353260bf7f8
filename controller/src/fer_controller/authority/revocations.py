"""The list of revoked certificates, for brokers: it follows the database within a second."""

import logging
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from fer_wire.message import iso_utc
from fer_wire.whole_files import write_whole

from fer_controller.authority import certificates as x509
from fer_controller.authority.authority import Authority, is_there, issuing_certificate
from fer_controller.errors import AuthorityError, StoreUnavailable
from fer_controller.store.certificates.store import CertificateStore

LOOK_EVERY_S = 1.0
log = logging.getLogger(__name__)


class RevocationList:
    """Writes the file whenever it lacks a certificate that was revoked; raises AuthorityError when it cannot."""

    def __init__(self, folder: Path, crl_file: Path, store: CertificateStore) -> None:
        self._folder, self._file, self._store = folder, crl_file, store

    def run(self, ending: Event) -> None:
        """Keep it current until ending is set; a fault is told once, until it is over."""
        told = ""
        while not ending.is_set():
            try:
                if self.refresh():
                    log.info("%s lists a change of the revoked certificates; let the broker read it.", self._file)
                told = ""
            except AuthorityError as error:
                if str(error) != told:
                    log.error("%s", error)
                told = str(error)
            except StoreUnavailable as error:
                log.debug("%s", error)
            ending.wait(LOOK_EVERY_S)

    def refresh(self) -> bool:
        """Write it if need be; False when it is current, or there is no authority here."""
        if not is_there(self._folder):
            return False
        now = datetime.now(UTC)
        revoked = self._store.revocations(iso_utc(now))
        if self._listed() == frozenset(each.serial for each in revoked):
            return False
        entries = [(each.serial, datetime.fromisoformat(each.revoked_at)) for each in revoked]
        listed = x509.revocation_list(Authority(self._folder).issuing, entries, now)
        try:
            write_whole(self._file, listed)
        except OSError as error:
            raise AuthorityError(
                f"The list of revoked certificates cannot be written to {self._file}: {error.strerror or error}; the "
                "broker goes on to let them in."
            ) from error
        return True

    def _listed(self) -> frozenset[str] | None:
        """The numbers on the list that is there; None without one that holds."""
        try:
            return x509.revoked_in(self._file.read_bytes(), issuing_certificate(self._folder))
        except (OSError, ValueError):
            return None
