"""Nobody speaks for another: a session belongs to a login, whatever client id a client names."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from controller_messages import an_event
from controller_process import ControllerProcess, eventually
from fer_controller.settings import load
from fer_wire import Topics
from fer_wire.broker import client_id_of
from real_broker import Mosquitto
from shipped_broker import PASSWORD, Visitor, with_passwords

pytestmark = pytest.mark.mosquitto
OWN = Topics()
VICTIM, THIEF = "nano-01", "nano-02"


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
