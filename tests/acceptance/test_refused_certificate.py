"""A device whose certificate is refused is told why, and what helps: in its log, by doctor, and over HTTP."""

import json
import logging
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import commands
import fer_agent.cli
import pytest
from certificates import HERE, Authority
from certified_fleet import CertifiedFleet
from fer_agent.errors import UpdateError
from fer_agent.settings import UpdateSettings
from fer_agent.update.download import Downloader
from fer_wire.broker import BrokerConnection
from heard_of_brokers import heard_by_the_agent
from pairs import Pair

pytestmark = [
    pytest.mark.mosquitto,
    # paho leaves the socket of a failed handshake to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

DEVICE = "nano-01"
WHY = {
    "foreign": "it comes from an authority that is not known there",
    "expired": "it has expired",
    "revoked": "it is revoked",
}
REMEDY = "make another with `fer-controller enroll DEVICE --replace --out FOLDER`"


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CertifiedFleet]:
    with CertifiedFleet(tmp_path_factory.mktemp("fleet")) as made:
        yield made


@pytest.fixture(scope="module")
def refused(fleet: CertifiedFleet, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    """Certificates that the broker refuses, by the reason."""
    stolen = fleet.enrolled(DEVICE)
    fleet.done("devices", "revoke", DEVICE)
    fleet.done("ca", "crl")
    fleet.broker.stop()
    fleet.broker.start()
    foreign = Authority(tmp_path_factory.mktemp("foreign"), "foreign").issue(DEVICE, DEVICE)
    return {"foreign": foreign, "expired": fleet.expired(DEVICE), "revoked": stolen}


@pytest.mark.parametrize("kind", WHY)
def test_the_log_says_why_at_once_and_no_older_mqtt_is_tried(
    fleet: CertifiedFleet, refused: dict[str, Pair], kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "fer_agent")
    files = {"ca_file": fleet.ca_file, "cert_file": refused[kind].cert, "key_file": refused[kind].key}
    said = heard_by_the_agent({"url": fleet.broker_url, **files}, "")
    assert f"refuses the client certificate {refused[kind].cert}: {WHY[kind]}; {REMEDY}" in said
    assert [record.getMessage() for record in caplog.records] == [said]


@pytest.mark.parametrize("kind", WHY)
def test_doctor_says_the_same(
    fleet: CertifiedFleet, refused: dict[str, Pair], kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, path in (("CERT", refused[kind].cert), ("KEY", refused[kind].key)):
        monkeypatch.setenv(f"FER_AGENT_BROKER__{name}_FILE", str(path))
    monkeypatch.setenv("FER_AGENT_BROKER__CA_FILE", str(fleet.ca_file))
    options = ("--device", DEVICE, "--source", "demo:", "--state-dir", str(tmp_path), "--broker", fleet.broker_url)
    ran = commands.ran(fer_agent.cli.run, ["doctor", *options, "--json"])
    by_check = {each["check"]: each for each in map(json.loads, ran.stdout.splitlines())}
    assert by_check["broker"]["state"] == "failed"
    assert f"{WHY[kind]}; {REMEDY}" in by_check["broker"]["remedy"]


@pytest.mark.parametrize("kind", ["foreign", "expired"])
def test_over_http_the_certificate_is_named_though_the_server_gives_no_reason(
    fleet: CertifiedFleet, refused: dict[str, Pair], kind: str
) -> None:
    pair = refused[kind]
    settings = UpdateSettings(
        controller_url=fleet.url, ca_file=fleet.ca_file, cert_file=pair.cert, key_file=pair.key, retries=0
    )
    with pytest.raises(UpdateError, match=f"refuses the client certificate {pair.cert}: .*; {REMEDY}"):
        Downloader(settings).manifest("/v1/manifests/none", Event())


def test_a_server_that_hangs_up_on_everybody_is_no_matter_of_the_certificate(tmp_path: Path) -> None:
    ours = Authority(tmp_path, "ours")
    server, client = ours.issue("server", HERE), ours.issue("client", "client.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server.cert, server.key)
    with socket.create_server((HERE, 0)) as listener:
        Thread(target=hang_up, args=(listener, context), daemon=True).start()
        settings = BrokerConnection(
            url=f"mqtts://{HERE}:{listener.getsockname()[1]}", ca_file=ours.cert, cert_file=client.cert,
            key_file=client.key,
        )  # fmt: skip
        assert settings.tls.why_cut() == ""


def hang_up(listener: socket.socket, context: ssl.SSLContext) -> None:
    """Shake hands with whoever comes, and close."""
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            with suppress(OSError), context.wrap_socket(connection, server_side=True):
                pass
