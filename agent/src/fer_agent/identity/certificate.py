"""What a device's certificate says, and a request for the next; here cryptography is imported for certificates."""

import warnings
from datetime import datetime, timezone
from pathlib import Path
from typing import List, NamedTuple, Optional, Union

from fer_agent.errors import IdentityError

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # at its import on Python 3.8 it says how old that is
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        PublicFormat,
        load_pem_private_key,
    )
    from cryptography.x509.oid import NameOID

END = b"-----END CERTIFICATE-----"
LEFT_AT_RENEWAL = 1 / 3
"""The share of its life that a certificate has left when it is renewed."""
UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm)


class Certificate(NamedTuple):
    """What a certificate says."""

    name: str
    begins: datetime
    ends: datetime

    @property
    def due(self) -> datetime:
        """From when on it is to be renewed."""
        return self.ends - (self.ends - self.begins) * LEFT_AT_RENEWAL

    def has_expired(self, now: datetime) -> bool:
        """Whether nobody accepts it any more."""
        return self.ends <= now


class Request(NamedTuple):
    """What is sent for the next certificate, and the key that stays here; both PEM."""

    text: bytes
    key: bytes


def of_file(path: Path) -> Certificate:
    """What the first certificate of a file says; raises IdentityError."""
    try:
        return _said(_certificates(path.read_bytes())[0])
    except (OSError, *UNREADABLE) as error:
        raise IdentityError(f"The certificate {path} cannot be read ({error}); enroll the device anew.") from error


def requested(device: str, key: Optional[bytes]) -> Request:
    """A request with this key, or with a new one (RFC 2986); raises IdentityError."""
    try:
        pair = generate(SECP256R1()) if key is None else load_pem_private_key(key, None)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, device)])
        made = x509.CertificateSigningRequestBuilder(subject).sign(_signing(pair), SHA256())
    except UNREADABLE as error:
        raise IdentityError(f"The device's key asks for no certificate ({error}); set identity.new_key.") from error
    text = pair.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Request(made.public_bytes(Encoding.PEM), text)


def accepted(answer: bytes, request: Request, device: str, ca_file: Optional[Path]) -> Certificate:
    """What the next certificate says; raises IdentityError when it would shut the device out.

    It is for this device and the requested key, was issued by what follows it, and that by the authority of ca_file,
    where there is one.
    """
    try:
        chain = _certificates(answer)
        roots = _certificates(ca_file.read_bytes()) if ca_file is not None else []
        leaf = _said(chain[0])
        wrong = _fault(chain, roots, request) if leaf.name == device else f"it is made out to {leaf.name!r}"
    except (OSError, IndexError, *UNREADABLE) as error:
        wrong = f"it cannot be read ({error})"
    if wrong:
        raise IdentityError(f"The certificate that the controller sent is of no use: {wrong}. The present one stays.")
    return leaf


def _signing(key: PrivateKeyTypes) -> Union[EllipticCurvePrivateKey, RSAPrivateKey]:
    if isinstance(key, (EllipticCurvePrivateKey, RSAPrivateKey)):
        return key
    raise TypeError("it is neither on an elliptic curve nor RSA")


def _fault(chain: List[x509.Certificate], roots: List[x509.Certificate], request: Request) -> str:
    ours = load_pem_private_key(request.key, None).public_key()
    if _public(chain[0].public_key()) != _public(ours):
        return "it is for another key"
    if not _is_issued_by(chain[0], chain[1:]):
        return "what issued it is not beside it"
    if roots and not _is_issued_by(chain[-1], roots):
        return "the authority that this device trusts did not issue it"
    return ""


def _is_issued_by(certificate: x509.Certificate, issuers: List[x509.Certificate]) -> bool:
    for issuer in issuers:
        try:
            certificate.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature):
            continue
        return True
    return False


def _public(key: object) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined, no-any-return]


def _certificates(pem: bytes) -> List[x509.Certificate]:
    """The certificates of a text; raises ValueError where there is none."""
    parts = [part + END for part in pem.split(END)[:-1]]
    if not parts:
        raise ValueError("there is no certificate in it")
    return [x509.load_pem_x509_certificate(part[part.index(b"-----BEGIN CERTIFICATE") :]) for part in parts]


def _said(certificate: x509.Certificate) -> Certificate:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    began, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return Certificate(str(names[0].value) if names else "", began, ends)


def now() -> datetime:
    """As this device's clock has it."""
    return datetime.now(timezone.utc)
