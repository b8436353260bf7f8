"""A renewed certificate of broker and controller is shown to whoever comes, and nobody who is there is cut off."""

import logging
import os
import signal
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from certificates import HERE
from certified_fleet import CertifiedFleet
from controller_process import eventually
from cryptography import x509
from fer_controller.http.own_certificate import OwnCertificate
from fer_controller.settings import HttpSettings
from fer_wire import Topics
from pairs import Pair
from shipped_broker import Visitor

pytestmark = pytest.mark.mosquitto

DEVICE = "nano-01"
HEALTH, ANSWERED = "/v1/health", 200


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CertifiedFleet]:
    with CertifiedFleet(tmp_path_factory.mktemp("fleet")) as made:
        yield made


def shown(port: int) -> int:
    """The number of the certificate that a server shows."""
    return x509.load_pem_x509_certificate(ssl.get_server_certificate((HERE, port)).encode()).serial_number


def number(pair: Pair) -> int:
    return x509.load_pem_x509_certificate(pair.cert.read_bytes()).serial_number


def renewed(fleet: CertifiedFleet) -> Pair:
    fleet.done("ca", "server", HERE, "--replace", "--out", str(fleet.out))
    return fleet.pair(HERE)


def test_the_controller_shows_another_one_by_itself(fleet: CertifiedFleet) -> None:
    before = shown(fleet.http.port)
    after = number(renewed(fleet))
    assert before != after
    eventually(lambda: shown(fleet.http.port) == after, "the controller shows the renewed one")
    assert fleet.ask(HEALTH) == ANSWERED


def test_mosquitto_shows_another_one_when_it_is_told_and_cuts_nobody_off(fleet: CertifiedFleet) -> None:
    device = Visitor(fleet.broker, DEVICE, files=(fleet.ca_file, fleet.enrolled(DEVICE)))
    after = number(renewed(fleet))
    os.kill(fleet.broker.pid, signal.SIGHUP)
    eventually(lambda: shown(fleet.broker.port) == after, "the broker shows the renewed one")
    assert device.publish(Topics().status(DEVICE)) == "No matching subscribers"
    assert not device.lost
    device.leave()


def test_what_is_no_pair_is_told_once_and_the_present_one_stays(
    fleet: CertifiedFleet, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pair, other = Pair(tmp_path / "server.crt", tmp_path / "server.key"), renewed(fleet)
    for ours, theirs in zip(pair, fleet.service("fer-controller"), strict=True):
        ours.write_bytes(theirs.read_bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    followed = OwnCertificate(HttpSettings(cert_file=pair.cert, key_file=pair.key))
    with caplog.at_level(logging.WARNING):
        pair.key.unlink()
        assert not followed.refresh(context)
        pair.key.write_bytes(other.key.read_bytes())
        assert [followed.refresh(context) for _ in range(2)] == [False, False]
        assert ["http.key_file" in record.getMessage() for record in caplog.records] == [True]
        pair.cert.write_bytes(other.cert.read_bytes())
        assert [followed.refresh(context) for _ in range(2)] == [True, False]
