"""Which certificate the device uses: the one that it was enrolled with, or the one that it renewed since.

Key and chain lie in one file of the state folder, which is replaced as a whole: whenever the agent dies, there is a
pair. Broker and updates read it at each connection, so that a renewed one needs no restart.
"""

import logging
import ssl
from pathlib import Path
from typing import List, Optional, TypeVar

from fer_wire.errors import TlsError
from fer_wire.tls import load_certificate
from fer_wire.whole_files import written_whole

from fer_agent.errors import IdentityError
from fer_agent.identity import certificate
from fer_agent.identity.certificate import Certificate
from fer_agent.settings import BrokerSettings, IdentitySettings, Settings, UpdateSettings

FILE = "identity.pem"
OURS_ALONE = 0o600

log = logging.getLogger(__name__)

Connection = TypeVar("Connection", BrokerSettings, UpdateSettings)


class Identity:
    """The pair in a state folder, and the one of the settings, which replaces it when it is valid for longer."""

    def __init__(self, settings: IdentitySettings, device: str, folder: Path) -> None:
        self._settings, self._device = settings, device
        self.file = folder / FILE
        self.complaint = ""
        """What is wrong with the pair of the settings, while the one that was kept stands in for it."""

    def adopt(self) -> None:
        """Take up what the settings name, if it is the better one; raises IdentityError that names the setting."""
        cert_file, said = self._settings.cert_file, self.complaint
        best = self.best()
        if self.complaint != said and self.complaint:
            log.warning("%s The one that was kept in %s is used.", self.complaint, self.file)
        if cert_file is None or best != cert_file:
            return
        try:
            self.replace(cert_file.read_bytes(), (self._settings.key_file or cert_file).read_bytes())
        except OSError as error:
            raise IdentityError(f"The certificate cannot be kept in {self.file} ({error}).") from error

    def best(self) -> Optional[Path]:
        """The file of the certificate to use; None where there is none.

        Raises IdentityError when the one that is named is of no use, and none was kept.
        """
        named, kept = self._settings.cert_file, self._kept()
        if named is None:
            return self.file if self.file.exists() else None
        try:
            enrolled = self._of_device(named)
            _check(named, self._settings.key_file)
        except IdentityError as error:
            if kept is None:
                raise
            self.complaint = str(error)
            return self.file
        self.complaint = ""
        return self.file if kept is not None and kept.ends >= enrolled.ends else named

    def replace(self, chain: bytes, key: bytes) -> None:
        """Use this pair from the next connection on; raises OSError."""
        with written_whole(self.file, OURS_ALONE) as file:
            file.write(chain.rstrip() + b"\n" + (b"" if key == chain else key))

    def key(self) -> bytes:
        """The file with the key of the present pair; raises IdentityError."""
        try:
            return self.file.read_bytes()
        except OSError as error:
            raise IdentityError(f"The device's key in {self.file} cannot be read ({error}).") from error

    def dressed(self, settings: Settings) -> Settings:
        """The settings in which broker and updates show it, unless they name certificates of their own."""
        best = self.best()
        if best is None:
            return settings
        key_file = None if best == self.file else self._settings.key_file
        return settings.model_copy(
            update={
                "broker": _showing(settings.broker, best, key_file),
                "update": _showing(settings.update, best, key_file),
            }
        )

    def _kept(self) -> Optional[Certificate]:
        """What we kept ourselves; what is no use gives way."""
        try:
            return self._of_device(self.file) if self.file.exists() else None
        except IdentityError:
            return None

    def _of_device(self, file: Path) -> Certificate:
        found = certificate.of_file(file)
        if found.name != self._device:
            raise IdentityError(
                f"The certificate {file} is made out to {found.name!r}, and this device is {self._device!r}; set "
                "identity.cert_file to its own, or --device to that name."
            )
        return found


def in_use(settings: Settings, identity: Identity) -> List[Path]:
    """The files of all certificates that the device shows, to the broker or to the controller."""
    dressed = identity.dressed(settings)
    files = [dressed.broker.cert_file, dressed.update.cert_file]
    return sorted({file for file in files if file is not None})


def _showing(connection: Connection, cert_file: Path, key_file: Optional[Path]) -> Connection:
    if connection.cert_file is not None:
        return connection
    return connection.model_copy(update={"cert_file": cert_file, "key_file": key_file})


def _check(cert_file: Path, key_file: Optional[Path]) -> None:
    try:
        load_certificate(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), cert_file, key_file, "identity")
    except TlsError as error:
        raise IdentityError(str(error)) from error
