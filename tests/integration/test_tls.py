"""Every program over TLS, against a real Mosquitto: what fails is told with the setting that mends it."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from fer_wire.broker import BrokerConnection
from heard_of_brokers import HEARINGS, Hearing
from real_broker import installed
from tls_world import TlsWorld, tls_world

pytestmark = [
    pytest.mark.mosquitto,
    # paho leaves the socket of a failed handshake to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(autouse=True)
def own_garbage() -> Iterator[None]:
    """What paho leaves is collected here, and not in the middle of another file's test."""
    gc.freeze()
    yield
    gc.collect()
    gc.unfreeze()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsWorld]:
    made = tls_world(installed(), tmp_path_factory.mktemp("tls"))
    yield made
    made.broker.stop()


@pytest.fixture(
    params=HEARINGS,
    ids=["agent", "controller", "simulator"],
)
def heard(request: pytest.FixtureRequest) -> Hearing:
    """What a program says of a broker; empty once it is connected."""
    hearing: Hearing = request.param
    return hearing


@pytest.mark.parametrize("port", ["tls", "mutual"])
def test_with_the_right_files_it_connects(world: TlsWorld, heard: Hearing, port: str) -> None:
    files = {"cert_file": world.client.cert, "key_file": world.client.key}
    assert heard({"url": world.url(port), "ca_file": world.ours.cert, **files}, "!") == ""


def test_a_certificate_may_hold_its_key(world: TlsWorld, heard: Hearing, tmp_path: Path) -> None:
    both = tmp_path / "both.pem"
    both.write_bytes(world.client.cert.read_bytes() + world.client.key.read_bytes())
    assert heard({"url": world.url("mutual"), "ca_file": world.ours.cert, "cert_file": both}, "!") == ""


def test_plain_mqtt_at_a_tls_port_is_told_as_that(world: TlsWorld, heard: Hearing) -> None:
    url = world.url("tls", "mqtt")
    said = heard({"url": url}, "speaks TLS")
    assert f"{url} speaks TLS at port {world.ports['tls']}; set broker.url to {world.url('tls')}" in said


def test_plain_mqtt_at_a_port_that_asks_for_certificates_is_told_as_that(world: TlsWorld, heard: Hearing) -> None:
    assert f"set broker.url to {world.url('mutual')}" in heard({"url": world.url("mutual", "mqtt")}, "speaks TLS")


def test_tls_at_a_plain_port_is_told_as_that(world: TlsWorld, heard: Hearing) -> None:
    said = heard({"url": world.url("plain"), "ca_file": world.ours.cert}, "does not speak TLS")
    assert f"does not speak TLS at port {world.ports['plain']}; set broker.url to {world.url('plain', 'mqtt')}" in said


def test_an_authority_that_is_not_known_is_told_with_its_setting(world: TlsWorld, heard: Hearing) -> None:
    said = heard({"url": world.url("tls")}, "another authority")
    assert "another authority than those this machine knows; set broker.ca_file" in said


def test_a_wrong_authority_is_told_with_its_setting(world: TlsWorld, heard: Hearing) -> None:
    said = heard({"url": world.url("tls"), "ca_file": world.foreign.cert}, "another authority")
    assert f"another authority than that in broker.ca_file ({world.foreign.cert}); set broker.ca_file" in said


def test_a_wrong_name_is_told_with_the_names_that_are_right(world: TlsWorld, heard: Hearing) -> None:
    said = heard({"url": world.url("elsewhere"), "ca_file": world.ours.cert}, "not for")
    assert "a certificate for broker.elsewhere, not for 127.0.0.1; set broker.url to a name that it holds" in said


def test_an_expired_server_is_told_with_the_clock_here(world: TlsWorld, heard: Hearing) -> None:
    said = heard({"url": world.url("expired"), "ca_file": world.ours.cert}, "expired")
    assert "a certificate that has expired (the clock here says 20" in said
    assert "renew the broker's certfile, or set this machine's clock" in said


def test_a_missing_client_certificate_is_told_with_its_settings(world: TlsWorld, heard: Hearing) -> None:
    said = heard({"url": world.url("mutual"), "ca_file": world.ours.cert}, "asks for")
    assert "asks for a client certificate; set broker.cert_file and broker.key_file" in said


@pytest.mark.parametrize(
    ("which", "why"), [("expired_client", "it has expired"), ("foreign_client", "an authority that is not known there")]
)
def test_a_client_certificate_that_is_refused_is_told_with_its_settings(
    world: TlsWorld, heard: Hearing, which: str, why: str
) -> None:
    pair = getattr(world, which)
    files = {"ca_file": world.ours.cert, "cert_file": pair.cert, "key_file": pair.key}
    said = heard({"url": world.url("mutual"), **files}, "refuses the client")
    assert f"refuses the client certificate {pair.cert}: " in said
    assert why in said
    assert "broker.cert_file and broker.key_file" in said


def test_files_that_cannot_be_used_are_told_with_their_settings(
    world: TlsWorld, heard: Hearing, tmp_path: Path
) -> None:
    rubbish = tmp_path / "rubbish.pem"
    rubbish.write_bytes(b"\x30\x82rubbish")
    cert, key = world.client
    for files, told in [
        ({"ca_file": rubbish}, f"broker.ca_file ({rubbish}) holds no certificate"),
        ({"ca_file": rubbish}, "this one is DER: openssl x509"),
        ({"cert_file": rubbish, "key_file": key}, f"broker.cert_file ({rubbish}) holds no certificate"),
        ({"cert_file": cert, "key_file": rubbish}, f"broker.key_file ({rubbish}) holds no private key"),
        ({"cert_file": cert}, f"broker.cert_file ({cert}), where no broker.key_file is set, holds no private key"),
        ({"cert_file": cert, "key_file": world.foreign_client.key}, "holds another key than that of the certificate"),
        ({"cert_file": cert, "key_file": world.locked_key}, "holds a key with a passphrase"),
    ]:
        said = heard({"url": world.url("tls"), "ca_file": world.ours.cert, **files}, told)
        assert told in said
        assert "cannot be asked: broker." in said


def test_a_broker_that_is_in_order_is_no_matter_of_tls(world: TlsWorld) -> None:
    settings = BrokerConnection(url=world.url("tls"), ca_file=world.ours.cert)
    assert settings.tls.why_cut() == ""
    assert settings.tls.explained(ConnectionRefusedError(111, "Connection refused")) == ""
