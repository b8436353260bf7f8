from datetime import timedelta
from pathlib import Path

import fer_agent.identity.certificate  # noqa: F401  # before cryptography: on Python 3.8 it says how old that is
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from fer_agent.errors import IdentityError
from fer_agent.identity import certificate
from unit.agent.identity.issued_pairs import NOW, FleetAuthority

DEVICE = "nano-01"


@pytest.fixture
def authority(tmp_path: Path) -> FleetAuthority:
    return FleetAuthority(tmp_path)


def test_a_certificate_says_whose_it_is_and_how_long(authority: FleetAuthority) -> None:
    said = certificate.of_file(authority.pair(DEVICE, begins_days=-60, ends_days=30).cert)
    assert said.name == DEVICE
    assert said.ends == NOW + timedelta(days=30)


def test_it_is_due_when_a_third_of_its_life_is_left(authority: FleetAuthority) -> None:
    said = certificate.of_file(authority.pair(DEVICE, begins_days=-60, ends_days=30).cert)
    assert said.due == NOW


def test_the_next_one_is_taken_when_it_is_for_this_device_and_key(authority: FleetAuthority) -> None:
    request = certificate.requested(DEVICE, None)
    taken = certificate.accepted(authority.answer(request.text, DEVICE), request, DEVICE, authority.ca_file)
    assert taken.name == DEVICE


def test_a_key_may_be_kept(authority: FleetAuthority) -> None:
    present = authority.pair(DEVICE).key.read_bytes()
    request = certificate.requested(DEVICE, present)
    assert request.key == present
    certificate.accepted(authority.answer(request.text, DEVICE), request, DEVICE, None)


def test_a_key_that_cannot_ask_is_told() -> None:
    strange = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(IdentityError, match=r"set identity\.new_key"):
        certificate.requested(DEVICE, strange)


@pytest.mark.parametrize(
    "lie", ["another device's", "another key's", "another authority's", "no chain", "nothing", "half"]
)
def test_a_next_one_that_would_shut_the_device_out_is_refused(
    lie: str, authority: FleetAuthority, tmp_path: Path
) -> None:
    request, other = certificate.requested(DEVICE, None), certificate.requested(DEVICE, None)
    sent = authority.answer(request.text, DEVICE)
    answers = {
        "another device's": authority.answer(request.text, "nano-02"),
        "another key's": authority.answer(other.text, DEVICE),
        "another authority's": FleetAuthority(tmp_path, "foreign").answer(request.text, DEVICE),
        "no chain": sent[: sent.index(b"-----END") + 26],
        "nothing": b"",
        "half": sent[:300],
    }
    with pytest.raises(IdentityError, match=r"of no use: .*\. The present one stays"):
        certificate.accepted(answers[lie], request, DEVICE, authority.ca_file)


def test_a_file_that_holds_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty.crt").write_bytes(b"")
    with pytest.raises(IdentityError, match="there is no certificate in it"):
        certificate.of_file(tmp_path / "empty.crt")
    with pytest.raises(IdentityError, match="No such file"):
        certificate.of_file(tmp_path / "none.crt")
