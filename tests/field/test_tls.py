"""TLS told so that it can be mended: the commands themselves name the setting."""

import json
from collections.abc import Iterator
from pathlib import Path

import commands
import fer_agent.cli
import pytest
from heard_of_brokers import HEARINGS, Hearing
from real_broker import installed
from tls_world import TlsWorld, tls_world

pytestmark = [
    pytest.mark.mosquitto,
    # paho leaves the socket of a failed handshake to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsWorld]:
    made = tls_world(installed(), tmp_path_factory.mktemp("tls"))
    yield made
    made.broker.stop()


def doctors_word(url: str, state: Path, **settings: Path) -> str:
    """What doctor says of the broker."""
    options = ("--source", "demo:", "--state-dir", str(state), "--broker", url, "--json")
    environment = {f"FER_AGENT_BROKER__{name.upper()}": str(value) for name, value in settings.items()}
    ended = commands.ran(fer_agent.cli.run, ["doctor", *options], **environment)
    (finding,) = (each for each in map(json.loads, ended.stdout.splitlines()) if each["check"] == "broker")
    return str(finding["remedy"] or finding["state"])


@pytest.mark.parametrize("hearing", HEARINGS, ids=["agent", "controller", "simulator"])
def test_each_fault_names_the_setting_that_mends_it_in_every_program(world: TlsWorld, hearing: Hearing) -> None:
    ca, old = {"ca_file": world.ours.cert}, world.expired_client
    for url, files, told in [
        (world.url("tls", "mqtt"), {}, f"speaks TLS at port {world.ports['tls']}; set broker.url to mqtts://"),
        (world.url("plain"), ca, f"does not speak TLS at port {world.ports['plain']}; set broker.url to mqtt://"),
        (world.url("tls"), {"ca_file": world.foreign.cert}, "set broker.ca_file"),
        (world.url("elsewhere"), ca, "for broker.elsewhere, not for 127.0.0.1; set broker.url"),
        (world.url("expired"), ca, "has expired"),
        (world.url("mutual"), ca, "set broker.cert_file and broker.key_file"),
        (world.url("mutual"), {**ca, "cert_file": old.cert, "key_file": old.key}, "it has expired"),
        (world.url("mutual"), {**ca, "cert_file": old.cert, "key_file": world.client.key}, "broker.key_file"),
    ]:
        assert told in hearing({"url": url, **files}, told)


def test_doctor_says_it_too(world: TlsWorld, tmp_path: Path) -> None:
    ca, pair = world.ours.cert, world.client
    said = doctors_word(world.url("mutual"), tmp_path / "state", ca_file=ca)
    assert "asks for a client certificate; set broker.cert_file and broker.key_file" in said
    files = {"ca_file": ca, "cert_file": pair.cert, "key_file": pair.key}
    assert doctors_word(world.url("mutual"), tmp_path / "state", **files) == "ok"
