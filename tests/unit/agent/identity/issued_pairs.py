"""Certificates of a fleet's authority for tests of the agent on Python 3.8, where the controller does not run."""

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple, Optional

import fer_agent.identity.certificate  # noqa: F401  # before cryptography: on Python 3.8 it says how old that is
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pairs import Pair

NOW = datetime.now(timezone.utc).replace(microsecond=0)


class Signed(NamedTuple):
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


class FleetAuthority:
    """Root and issuing certificate; issues for any time."""

    def __init__(self, folder: Path, name: str = "fleet") -> None:
        self._folder = folder
        self._root = _signed(f"{name} root", None)
        self.issuing = _signed(f"{name} issuing", self._root)
        self.ca_file = folder / f"{name}.ca.crt"
        self.ca_file.write_bytes(_text(self._root.certificate))

    def pair(self, device: str, begins_days: float = -1, ends_days: float = 365, file: Optional[str] = None) -> Pair:
        """The files of a device's certificate, whose life begins and ends so many days from now."""
        made = _signed(device, self.issuing, begins_days, ends_days)
        pair = Pair(self._folder / f"{file or device}.crt", self._folder / f"{file or device}.key")
        pair.cert.write_bytes(_text(made.certificate, self.issuing.certificate))
        pair.key.write_bytes(made.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return pair

    def answer(self, request: bytes, device: str, ends_days: float = 365) -> bytes:
        """What a controller answers to a request."""
        asked = x509.load_pem_x509_csr(request)
        assert asked.is_signature_valid
        made = _certificate(device, asked.public_key(), self.issuing, -1, ends_days)
        return _text(made, self.issuing.certificate)


def _signed(name: str, issuer: Optional[Signed], begins_days: float = -1000, ends_days: float = 3650) -> Signed:
    key = ec.generate_private_key(ec.SECP256R1())
    made = _certificate(name, key.public_key(), issuer or Signed(None, key), begins_days, ends_days)  # type: ignore[arg-type]
    return Signed(made, key)


def _certificate(name: str, key: object, issuer: Signed, begins_days: float, ends_days: float) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    built = x509.CertificateBuilder().subject_name(subject).public_key(key).serial_number(x509.random_serial_number())  # type: ignore[arg-type]
    built = built.issuer_name(issuer.certificate.subject if issuer.certificate else subject)
    built = built.not_valid_before(NOW + timedelta(days=begins_days)).not_valid_after(NOW + timedelta(days=ends_days))
    return built.sign(issuer.key, SHA256())


def _text(*chain: x509.Certificate) -> bytes:
    return b"".join(each.public_bytes(Encoding.PEM) for each in chain)
