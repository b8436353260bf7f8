"""The place of a connection and its files, by the names of their settings."""

from pathlib import Path
from typing import NamedTuple, Optional

from fer_wire.origins import Origin


class ClientFiles(NamedTuple):
    """The files of a client, each where its setting says."""

    ca_file: Optional[Path] = None
    cert_file: Optional[Path] = None
    key_file: Optional[Path] = None


class Names(NamedTuple):
    """What the settings of one connection are called, and what its URLs begin with."""

    section: str
    url: str
    plain: str
    secure: str
    their_certificate: str
    another: str = ""
    """What makes another client certificate, where that is known."""


BROKER = Names("broker", "broker.url", "mqtt", "mqtts", "the broker's certfile")
NO_FILES = ClientFiles()


class TlsPlace(NamedTuple):
    """Where to connect, whether with TLS, and the files for it."""

    names: Names
    host: str
    port: int
    secure: bool
    files: ClientFiles = NO_FILES

    @classmethod
    def of_url(cls, names: Names, url: str, files: ClientFiles = NO_FILES) -> "TlsPlace":
        """The place of an http or https URL; raises AddressError for any other."""
        scheme, host, port = Origin.of(url)
        return cls(names, host, port, scheme == names.secure, files)

    def setting(self, name: str) -> str:
        """The full name of a setting of this connection."""
        return f"{self.names.section}.{name}"

    def address(self, *, secure: bool) -> str:
        """The URL of this place, with or without TLS."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.names.secure if secure else self.names.plain}://{host}:{self.port}"
