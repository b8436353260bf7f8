"""X.509 certificates, requests and revocation lists (RFC 5280, RFC 2986); only this file makes them.

Keys are elliptic, on P-256, which every TLS library of a device knows. All texts are PEM.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from fer_controller.errors import AuthorityError

Certificate = x509.Certificate
PrivateKey = EllipticCurvePrivateKey
PublicKey = EllipticCurvePublicKey | RSAPublicKey

UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm)
LEEWAY = timedelta(hours=1)
"""Certificates begin so long before they are made, for clocks that are a little slow."""
SMALLEST_EC_BITS, SMALLEST_RSA_BITS = 256, 2048
CLIENT, SERVER = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH


@dataclass(frozen=True, slots=True)
class Signatory:
    """A certificate that may issue others, and its key."""

    certificate: Certificate
    key: PrivateKey


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a certificate is for; as a server it is reached at its addresses, as a client it has none."""

    name: str
    addresses: Sequence[str] = ()


def new_key() -> PrivateKey:
    """A key of its own."""
    return generate(SECP256R1())


def root(key: PrivateKey, name: str, now: datetime, days: int) -> Certificate:
    """A certificate that vouches for itself."""
    return _authority(key.public_key(), name, None, key, now, days)


def intermediate(issuer: Signatory, key: PrivateKey, name: str, now: datetime, days: int) -> Certificate:
    """A certificate that issues others for the root, but no further authority; it ends with the root."""
    return _authority(key.public_key(), name, issuer.certificate, issuer.key, now, days)


def leaf(issuer: Signatory, subject: Subject, key: PublicKey, now: datetime, days: int) -> Certificate:
    """A certificate of a client or a server; it ends with its issuer at the latest."""
    begun = _begun(subject.name, key, issuer.certificate, issuer.key, now, days)
    purposes = [SERVER] if subject.addresses else [CLIENT]
    built = begun.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    built = built.add_extension(_usage(signs_certificates=False), critical=True)
    built = built.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    if subject.addresses:
        names = x509.SubjectAlternativeName([_named(each) for each in subject.addresses])
        built = built.add_extension(names, critical=False)
    return built.sign(issuer.key, SHA256())


def revocation_list(issuer: Signatory, revoked: Iterable[tuple[str, datetime]], now: datetime) -> bytes:
    """The list of an issuer's revoked certificates, by number and since when.

    It holds as long as the issuer, for a list that has run out shuts everybody out.
    """
    built = x509.CertificateRevocationListBuilder().issuer_name(issuer.certificate.subject)
    built = built.last_update(now).next_update(issuer.certificate.not_valid_after_utc)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
    built = built.add_extension(identifier, critical=False)
    built = built.add_extension(x509.CRLNumber(int(now.timestamp() * 1e6)), critical=False)
    for serial, since in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(int(serial, 16)).revocation_date(since)
        built = built.add_revoked_certificate(entry.build())
    return built.sign(issuer.key, SHA256()).public_bytes(Encoding.PEM)


def requested_key(request: bytes) -> PublicKey:
    """The public key of a certificate request, whose sender has proved to have the private one.

    What else the request says counts for nothing. Raises AuthorityError.
    """
    try:
        read = x509.load_pem_x509_csr(request)
        key = read.public_key()
        proved = read.is_signature_valid
    except (*UNREADABLE, InvalidSignature) as error:
        raise AuthorityError(
            "This is no certificate request; expected a PEM text that begins with -----BEGIN CERTIFICATE REQUEST-----."
        ) from error
    if not proved:
        raise AuthorityError("The certificate request is not signed with its own key; make it anew.")
    strong = (isinstance(key, EllipticCurvePublicKey) and key.key_size >= SMALLEST_EC_BITS) or (
        isinstance(key, RSAPublicKey) and key.key_size >= SMALLEST_RSA_BITS
    )
    if not strong or not isinstance(key, EllipticCurvePublicKey | RSAPublicKey):
        raise AuthorityError(
            f"The key of the certificate request is too weak, or of a kind that TLS libraries do not know; take P-256, "
            f"or RSA with {SMALLEST_RSA_BITS} bits."
        )
    return key


def read_certificate(pem: bytes) -> Certificate:
    """The first certificate of a text; raises ValueError."""
    return x509.load_pem_x509_certificate(pem)


def read_key(pem: bytes) -> PrivateKey:
    """A private key as we make them; raises ValueError."""
    try:
        key = load_pem_private_key(pem, password=None)
    except (TypeError, UnsupportedAlgorithm) as error:
        raise ValueError(str(error)) from error
    if not isinstance(key, EllipticCurvePrivateKey):
        raise ValueError("it is not a key on an elliptic curve")  # noqa: TRY004 - what the file holds, no type of ours
    return key


def revoked_in(pem: bytes, issuer: Certificate) -> frozenset[str] | None:
    """The numbers on an issuer's revocation list; None for another's, or one that ends earlier. Raises ValueError."""
    listed = x509.load_pem_x509_crl(pem)
    key = issuer.public_key()
    ours = isinstance(key, EllipticCurvePublicKey) and listed.is_signature_valid(key)
    if not ours or listed.next_update_utc != issuer.not_valid_after_utc:
        return None
    return frozenset(serial_text(each.serial_number) for each in listed)


def key_text(key: PrivateKey) -> bytes:
    """The key without a passphrase (PKCS#8)."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def text(*chain: Certificate) -> bytes:
    """Certificates one after another, the holder's first."""
    return b"".join(each.public_bytes(Encoding.PEM) for each in chain)


def name_of(certificate: Certificate) -> str:
    """Its common name."""
    return str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def serial_text(number: int) -> str:
    """The number of a certificate as it is stored: hexadecimal, in lower case."""
    return f"{number:x}"


def fingerprint(certificate: Certificate) -> str:
    """Its SHA-256, as `openssl x509 -fingerprint -sha256` shows it."""
    return certificate.fingerprint(SHA256()).hex(":").upper()


def belong_together(certificate: Certificate, key: PrivateKey) -> bool:
    """Whether it is the certificate of this key."""
    return certificate.public_key() == key.public_key()


def _authority(
    key: EllipticCurvePublicKey, name: str, issuer: Certificate | None, signing: PrivateKey, now: datetime, days: int
) -> Certificate:
    depth = 0 if issuer else 1
    built = _begun(name, key, issuer, signing, now, days)
    built = built.add_extension(x509.BasicConstraints(ca=True, path_length=depth), critical=True)
    return built.add_extension(_usage(signs_certificates=True), critical=True).sign(signing, SHA256())


def _begun(
    name: str, key: PublicKey, issuer: Certificate | None, signing: PrivateKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    ends = now + timedelta(days=days)
    if issuer is not None:
        ends = min(ends, issuer.not_valid_after_utc)
    built = x509.CertificateBuilder(issuer.subject if issuer else subject, subject, key, x509.random_serial_number())
    built = built.not_valid_before(now - LEEWAY).not_valid_after(ends)
    built = built.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key())
    return built.add_extension(identifier, critical=False)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates, key_cert_sign=signs_certificates, crl_sign=signs_certificates,
        content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _named(address: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(address))
    except ValueError:
        pass
    try:
        return x509.DNSName(address)
    except ValueError as error:
        raise AuthorityError(f"{address!r} is no host name and no IP address.") from error
