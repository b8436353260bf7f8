"""TLS as a client: its files, its context, and why a connection fails, with the setting that mends it."""

from fer_wire.tls.client import TlsClient, causes
from fer_wire.tls.files import CaFile, CertFile, KeyFile, check_pair, load_authorities, load_certificate
from fer_wire.tls.place import BROKER, NO_FILES, ClientFiles, Names, TlsPlace

__all__ = [
    "BROKER",
    "NO_FILES",
    "CaFile",
    "CertFile",
    "ClientFiles",
    "KeyFile",
    "Names",
    "TlsClient",
    "TlsPlace",
    "causes",
    "check_pair",
    "load_authorities",
    "load_certificate",
]
