"""The server's own certificate: read again when its files change, so that a renewed one needs no restart."""

import logging
import ssl

from fer_wire.errors import TlsError
from fer_wire.tls import load_certificate

from fer_controller.settings import HttpSettings

SECTION = "http"
log = logging.getLogger(__name__)

Stamp = tuple[tuple[int, int], ...]


class OwnCertificate:
    """Keeps a context current; connections that are open keep what they were shown."""

    def __init__(self, http: HttpSettings) -> None:
        """Made before the context loads the files."""
        self._cert_file, self._key_file = http.cert_file, http.key_file
        self._loaded = self._stamp()

    def refresh(self, context: ssl.SSLContext | None) -> bool:
        """Load another pair if there is one; returns whether there was. What is no pair is told once and left out."""
        stamp = self._stamp()
        if self._cert_file is None or context is None or not stamp or stamp == self._loaded:
            return False
        self._loaded = stamp
        try:
            for each in (ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), context):  # the first one only tries it
                load_certificate(each, self._cert_file, self._key_file, SECTION)
        except TlsError as error:
            log.warning("The present certificate stays. %s", error)
            return False
        log.info("The certificate %s is another one; whoever connects from now on sees it.", self._cert_file)
        return True

    def _stamp(self) -> Stamp:
        """Tells one pair of files from another; empty while one is missing."""
        files = [each for each in (self._cert_file, self._key_file) if each is not None]
        try:
            return tuple((status.st_mtime_ns, status.st_ino) for status in (file.stat() for file in files))
        except OSError:
            return ()
