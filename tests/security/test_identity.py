"""Nobody speaks for another: a session belongs to a login, and a device may be its certificate."""

import json
import os
import signal
import ssl
from collections.abc import Iterator
from pathlib import Path

import commands
import fer_agent.cli
import pytest
from certificates import HERE, Authority
from certified_fleet import CertifiedFleet
from controller_messages import an_event
from controller_process import ControllerProcess, eventually
from fer_agent.host.state_folder import StateFolder
from fer_controller.settings import load
from fer_wire import Topics
from fer_wire.broker import client_id_of
from pairs import Pair
from real_broker import Mosquitto
from shipped_broker import PASSWORD, Visitor, with_passwords

pytestmark = pytest.mark.mosquitto
OWN = Topics()
VICTIM, THIEF = "nano-01", "nano-02"
MANIFEST = "/v1/models/none/1.0.0/manifest.json"
NO_HANDSHAKE, ANSWERED, REFUSED, NOT_THERE = 0, 200, 401, 404
"""Of a model that nobody has: who is let in is told that it is not there."""


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """Mosquitto as we ship it, with passwords."""
    (folder := tmp_path / "mosquitto").mkdir()
    made = with_passwords(folder)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def controller(broker: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ControllerProcess]:
    logins = {"USERNAME": "fer-controller", "ROLLOUTS_USERNAME": "fer-rollouts", "PASSWORD": PASSWORD}
    for name, value in logins.items():
        monkeypatch.setenv(f"FER_CONTROLLER_BROKER__{name}", value)
    process = ControllerProcess(tmp_path / "fleet.db", broker.url)
    yield process
    process.kill()


def test_another_s_client_id_pushes_nobody_off(broker: Mosquitto) -> None:
    victim = Visitor(broker, VICTIM, client_id=client_id_of(VICTIM), listen=OWN.ack(VICTIM))
    thieves = [Visitor(broker, THIEF, client_id=each) for each in (client_id_of(VICTIM), VICTIM)]
    assert victim.publish(OWN.status(VICTIM)) == "No matching subscribers"
    assert not victim.lost
    for each in (*thieves, victim):
        each.leave()


def test_nor_does_the_controller_s_which_can_be_derived(broker: Mosquitto, controller: ControllerProcess) -> None:
    controller.until_connected()
    derived = load(db=controller.db)
    for each in (derived.client_id, derived.rollouts_client_id, "fer-controller", "fer-rollouts"):
        thief = Visitor(broker, THIEF, client_id=each)
        assert thief.publish(OWN.emotion(THIEF, "door"), an_event(1, THIEF).payload()) == "Success"
        thief.leave()
    eventually(lambda: controller.seqs() == [1], "the event is stored")
    assert "is lost" not in controller.log()


def test_a_session_that_waits_is_not_taken_by_who_names_it(broker: Mosquitto, controller: ControllerProcess) -> None:
    """What is queued for a controller that is away reaches it, and nobody else."""
    controller.until_connected()
    controller.stop()
    device = Visitor(broker, VICTIM)
    assert device.publish(OWN.emotion(VICTIM, "door"), an_event(1, VICTIM).payload()) == "Success"
    for each in ("fer-controller", load(db=controller.db).client_id):
        thief = Visitor(broker, THIEF, client_id=each)
        thief.leave()
        assert thief.heard == []
    controller.until_connected()
    eventually(lambda: controller.seqs() == [1], "the event is stored")
    device.leave()


def test_two_connections_of_one_login_are_told_what_is_wrong(
    controller: ControllerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FER_CONTROLLER_BROKER__ROLLOUTS_USERNAME")
    controller.start()
    eventually(lambda: "set broker.rollouts_username to a second login" in controller.log(), "it is told")


def test_doctor_does_not_push_off_the_agent_that_runs(
    broker: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FER_AGENT_BROKER__USERNAME", VICTIM)
    monkeypatch.setenv("FER_AGENT_BROKER__PASSWORD", PASSWORD)
    agent, lock = Visitor(broker, VICTIM), StateFolder(tmp_path, VICTIM)
    options = ("--device", VICTIM, "--source", "demo:", "--state-dir", str(tmp_path), "--broker", broker.url, "--json")
    said = [json.loads(line) for line in commands.ran(fer_agent.cli.run, ["doctor", *options]).stdout.splitlines()]
    (finding,) = (each for each in said if each["check"] == "broker")
    assert finding["state"] == "warning"
    assert "the agent runs" in finding["found"]
    assert agent.publish(OWN.status(VICTIM)) == "No matching subscribers"
    assert not agent.lost
    lock.release()
    agent.leave()


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CertifiedFleet]:
    with CertifiedFleet(tmp_path_factory.mktemp("fleet")) as made:
        yield made


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """What another authority made out to the victim."""
    return Authority(tmp_path_factory.mktemp("foreign"), "foreign").issue(VICTIM, VICTIM)


@pytest.fixture(scope="module")
def victim(fleet: CertifiedFleet) -> Pair:
    return fleet.enrolled(VICTIM)


def visits(fleet: CertifiedFleet, pair: Pair, user: str = VICTIM, **more: str) -> Visitor:
    return Visitor(fleet.broker, user, files=(fleet.ca_file, pair), **more)


def is_let_in(fleet: CertifiedFleet, pair: Pair) -> bool:
    """Whether the broker lets it in: with TLS 1.3 a refusal comes after the handshake."""
    try:
        visitor = visits(fleet, pair)
    except (ssl.SSLError, ConnectionError):
        return False
    stays = not visitor.lost and not visitor.refusal
    visitor.leave()
    return stays


def is_cut_off(fleet: CertifiedFleet, pair: Pair) -> bool:
    """Whether the HTTP server refuses its handshake, and answers who shows none."""
    assert fleet.ask("/v1/health") == ANSWERED
    return fleet.ask("/v1/health", pair) == NO_HANDSHAKE


def test_the_same_certificate_speaks_mqtt_and_http(fleet: CertifiedFleet, victim: Pair) -> None:
    visitor = visits(fleet, victim)
    assert visitor.publish(OWN.status(VICTIM)) == "No matching subscribers"
    assert visitor.publish(OWN.status(THIEF)) == "Not authorized"
    visitor.leave()
    assert fleet.ask(MANIFEST, victim) == NOT_THERE


def test_a_certificate_is_its_holder_s_session_whatever_it_says(fleet: CertifiedFleet, victim: Pair) -> None:
    thief = fleet.enrolled("nano-03")
    there = visits(fleet, victim, client_id=client_id_of(VICTIM))
    thieves = [visits(fleet, thief, client_id=each) for each in (client_id_of(VICTIM), VICTIM)]
    assert there.publish(OWN.status(VICTIM)) == "No matching subscribers"
    assert not there.lost
    for each in (*thieves, there):
        each.leave()


def test_a_certificate_of_another_authority_is_refused(fleet: CertifiedFleet, foreign: Pair) -> None:
    assert not is_let_in(fleet, foreign)
    assert is_cut_off(fleet, foreign)


def test_one_that_has_expired_is_refused(fleet: CertifiedFleet) -> None:
    assert not is_let_in(fleet, fleet.expired("nano-04"))
    assert is_cut_off(fleet, fleet.expired("nano-04"))


def test_a_broker_s_own_certificate_is_no_device_s(fleet: CertifiedFleet) -> None:
    assert not is_let_in(fleet, fleet.pair(HERE))
    assert is_cut_off(fleet, fleet.pair(HERE))


def test_a_program_s_certificate_is_no_device_s(fleet: CertifiedFleet) -> None:
    assert fleet.ask(MANIFEST, fleet.service("fer-viewer")) == REFUSED


def test_one_that_is_revoked_is_refused_at_once_over_http_and_by_the_broker_once_it_has_read_the_list(
    fleet: CertifiedFleet,
) -> None:
    stolen, other = fleet.enrolled("nano-05"), fleet.enrolled("nano-06")
    there = visits(fleet, stolen, "nano-05")
    assert fleet.ask(MANIFEST, stolen) == NOT_THERE
    fleet.done("devices", "revoke", "nano-05")
    assert fleet.ask(MANIFEST, stolen) == REFUSED
    fleet.done("ca", "crl")
    fleet.broker.stop()
    there.until(lambda: there.lost)
    fleet.broker.start()
    assert not is_let_in(fleet, stolen)
    assert is_let_in(fleet, other)
    assert is_let_in(fleet, fleet.enrolled("nano-05", "--replace"))


def test_a_reload_shuts_the_door_and_leaves_who_is_in(fleet: CertifiedFleet) -> None:
    """Mosquitto 2.0 reads the list anew at SIGHUP, and looks at it at a handshake alone: so it is restarted."""
    there, other = visits(fleet, fleet.enrolled("nano-07"), "nano-07"), fleet.enrolled("nano-09")
    fleet.done("devices", "revoke", "nano-07", "nano-09")
    fleet.done("ca", "crl")
    os.kill(fleet.broker.pid, signal.SIGHUP)
    eventually(lambda: not is_let_in(fleet, other), "the broker has read the list")
    assert there.publish(OWN.status("nano-07")) == "No matching subscribers"
    there.leave()


def test_where_certificates_are_asked_for_a_token_is_not_enough_for_a_device(fleet: CertifiedFleet) -> None:
    token = fleet.done("enroll", "nano-08").strip()
    assert fleet.ask(MANIFEST, token=token) == REFUSED
    assert fleet.ask(MANIFEST) == REFUSED
    operator = fleet.done("operators", "add", "alice").split()[0]
    assert fleet.ask(MANIFEST, token=operator) == NOT_THERE


def test_where_both_are_taken_a_device_comes_with_either(tmp_path: Path) -> None:
    with CertifiedFleet(tmp_path, access="token") as both:
        token = both.done("enroll", VICTIM).strip()
        assert both.ask(MANIFEST, both.enrolled(THIEF)) == NOT_THERE
        assert both.ask(MANIFEST, token=token) == NOT_THERE
        assert both.ask(MANIFEST) == REFUSED
        both.done("devices", "revoke", THIEF)
        assert both.ask(MANIFEST, both.pair(THIEF), token=token) == REFUSED


def test_a_controller_with_two_certificates_stores_and_lists_what_is_revoked_by_itself(
    fleet: CertifiedFleet, victim: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place, pair in {"": fleet.service("fer-controller"), "ROLLOUTS_": fleet.service("fer-rollouts")}.items():
        monkeypatch.setenv(f"FER_CONTROLLER_BROKER__{place}CERT_FILE", str(pair.cert))
        monkeypatch.setenv(f"FER_CONTROLLER_BROKER__{place}KEY_FILE", str(pair.key))
    monkeypatch.setenv("FER_CONTROLLER_BROKER__CA_FILE", str(fleet.ca_file))
    controller = ControllerProcess(fleet.db, fleet.broker_url)
    controller.until_connected()
    try:
        device, stolen = visits(fleet, victim), fleet.enrolled("nano-10")
        device.publish(OWN.emotion(VICTIM, "door"), an_event(1, VICTIM).payload())
        eventually(lambda: controller.seqs() == [1], "the event is stored")
        device.leave()
        fleet.done("devices", "revoke", "nano-10")
        eventually(lambda: fleet.is_listed(stolen), "the list has the certificate")
        assert "is lost" not in controller.log()
    finally:
        controller.kill()
