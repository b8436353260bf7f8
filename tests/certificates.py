"""Certificates as brokers and controllers have them, good and bad ones, made here by an authority of the tests' own."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Optional

import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from pairs import Pair

LONG_AGO = datetime.now(UTC) - timedelta(days=400)
YESTERDAY = datetime.now(UTC) - timedelta(days=1)
HERE = "127.0.0.1"


class Authority:
    """Issues certificates into a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._made = folder, trustme.CA(organization_name=name)
        self.cert = folder / f"{name}.pem"
        self._made.cert_pem.write_to_path(self.cert)

    def issue(self, file: str, *names: str, until: Optional[datetime] = None) -> Pair:
        """A certificate for the names, or a client's of that name, until then."""
        begin = LONG_AGO if until else None
        leaf = self._made.issue_cert(*names, common_name=file, not_before=begin, not_after=until)
        pair = Pair(self._folder / f"{file}.pem", self._folder / f"{file}.key")
        pair.cert.write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
        leaf.private_key_pem.write_to_path(pair.key)
        return pair


def with_passphrase(key: Path) -> Path:
    """The same key, encrypted, beside it."""
    made = load_pem_private_key(key.read_bytes(), None)
    locked = key.with_suffix(".locked")
    locked.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"a passphrase")))
    return locked
