from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509 as read
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import PolicyBuilder, Store
from fer_controller.authority import certificates as x509
from fer_controller.authority.certificates import Signatory, Subject
from fer_controller.errors import AuthorityError

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def root() -> Signatory:
    key = x509.new_key()
    return Signatory(x509.root(key, "Fleet root", NOW, 7300), key)


@pytest.fixture
def issuing(root: Signatory) -> Signatory:
    key = x509.new_key()
    return Signatory(x509.intermediate(root, key, "Fleet issuing", NOW, 3650), key)


def request(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, name: str) -> bytes:
    subject = read.Name([read.NameAttribute(NameOID.COMMON_NAME, name)])
    made = read.CertificateSigningRequestBuilder(subject).sign(key, SHA256())
    return made.public_bytes(Encoding.PEM)


def test_a_server_is_found_from_the_root_by_each_of_its_addresses(root: Signatory, issuing: Signatory) -> None:
    addresses = ["broker.lab", "10.0.0.5"]
    made = x509.leaf(issuing, Subject("broker.lab", addresses), x509.new_key().public_key(), NOW, 730)
    policy = PolicyBuilder().store(Store([root.certificate])).time(NOW)
    for name in (read.DNSName("broker.lab"), read.IPAddress(ip_address("10.0.0.5"))):
        assert policy.build_server_verifier(name).verify(made, [issuing.certificate])


def test_a_device_s_certificate_is_for_clients_alone_and_issues_nothing(issuing: Signatory) -> None:
    made = x509.leaf(issuing, Subject("nano-01"), x509.new_key().public_key(), NOW, 365)
    usage = made.extensions.get_extension_for_class(read.ExtendedKeyUsage).value
    assert list(usage) == [x509.CLIENT]
    assert not made.extensions.get_extension_for_class(read.BasicConstraints).value.ca
    assert x509.name_of(made) == "nano-01"


def test_nothing_outlives_what_issued_it(root: Signatory, issuing: Signatory) -> None:
    late = issuing.certificate.not_valid_after_utc - timedelta(days=10)
    made = x509.leaf(issuing, Subject("nano-01"), x509.new_key().public_key(), late, 365)
    assert made.not_valid_after_utc == issuing.certificate.not_valid_after_utc
    assert issuing.certificate.not_valid_after_utc < root.certificate.not_valid_after_utc


def test_the_issuing_certificate_makes_no_further_authority(issuing: Signatory) -> None:
    assert issuing.certificate.extensions.get_extension_for_class(read.BasicConstraints).value.path_length == 0


def test_of_a_request_only_the_key_counts(issuing: Signatory) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    made = x509.leaf(issuing, Subject("nano-01"), x509.requested_key(request(key, "fer-controller")), NOW, 365)
    assert x509.name_of(made) == "nano-01"
    assert made.public_key() == key.public_key()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"", "no certificate request"),
        (b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n", "no certificate request"),
        (request(rsa.generate_private_key(65537, 1024), "nano-01"), "too weak"),  # noqa: S505 - what is refused
        (request(ec.generate_private_key(ec.SECP224R1()), "nano-01"), "too weak"),
    ],
    ids=["nothing", "rubbish", "short RSA", "short curve"],
)
def test_a_request_that_cannot_be_signed_is_refused(text: bytes, told: str) -> None:
    with pytest.raises(AuthorityError, match=told):
        x509.requested_key(text)


def test_a_request_for_somebody_else_s_key_is_refused() -> None:
    """Its signature proves that the sender has the private key."""
    lines = request(ec.generate_private_key(ec.SECP256R1()), "nano-01")
    der = bytearray(read.load_pem_x509_csr(lines).public_bytes(Encoding.DER))
    der[-1] ^= 1
    spoilt = read.load_der_x509_csr(bytes(der)).public_bytes(Encoding.PEM)
    with pytest.raises(AuthorityError, match="not signed with its own key"):
        x509.requested_key(spoilt)


def test_a_revocation_list_holds_as_long_as_its_issuer_and_is_no_other_s(root: Signatory, issuing: Signatory) -> None:
    listed = x509.revocation_list(issuing, [("ab01", NOW)], NOW)
    assert x509.revoked_in(listed, issuing.certificate) == frozenset({"ab01"})
    assert x509.revoked_in(listed, root.certificate) is None
    assert read.load_pem_x509_crl(listed).next_update_utc == issuing.certificate.not_valid_after_utc
    renewed = x509.intermediate(root, issuing.key, "Fleet issuing", NOW + timedelta(days=30), 3650)
    assert x509.revoked_in(listed, renewed) is None


def test_an_address_that_is_none_is_refused(issuing: Signatory) -> None:
    with pytest.raises(AuthorityError, match="no host name"):
        x509.leaf(issuing, Subject("x", ["bücher.example"]), x509.new_key().public_key(), NOW, 1)
