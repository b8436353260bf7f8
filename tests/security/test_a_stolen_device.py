"""A device that was stolen is taken out by one command: token, orders, and whatever it sends."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from commands import ran
from controller_messages import DEVICE, START, a_birth, an_event, delivered, no_peers, some_telemetry
from controller_process import ControllerProcess, eventually
from controller_process import Device as Sender
from fakes_rollout import World
from fer_controller.cli import run
from fer_controller.errors import RequestError, StoreUnavailable
from fer_controller.ingest.devices import Fleet
from fer_controller.ingest.revoked import LETTER_EVERY_S, LOOK_EVERY_S, Revoked
from fer_controller.ingest.streams import Streams
from fer_controller.ingest.writer import Ingest
from fer_controller.operations.fleet import DEVICES, REVOKE, RevokeRequest
from fer_controller.operations.operation import DevicesQuery
from fer_controller.operations.plans import PLAN
from fer_controller.registry import tokens
from fer_controller.rollout import audit
from fer_controller.rollout.planning.request import DeployRequest
from fer_controller.rollout.transitions import COMMITTED, DESIRED, ROLLED_BACK, SKIPPED
from fer_controller.store import opening
from fer_controller.store.ingest.store import IngestStore
from fer_controller.store.rollouts.records import Changes
from fer_controller.store.subjects import Subjects
from fer_wire import Message, Topics
from real_broker import Mosquitto
from served_fleet import ServedFleet
from stepped_device import SteppedDevice

HONEST = "nano-02"
STOLEN, HONEST_ONE = "nano-0", "nano-1"
FLOOD = 500
OF_DEVICE = "SELECT count(*) FROM events WHERE device = 'nano-01'"


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[ServedFleet]:
    with ServedFleet(tmp_path) as served:
        yield served


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, SteppedDevice(STOLEN), SteppedDevice(HONEST_ONE))
    yield made
    made.close()


class Ingesting:
    """An ingest with a clock of its own, over a database in which a device can be revoked."""

    def __init__(self, db: Path) -> None:
        self.now_s = 0.0
        self.db, self.database = db, opening.writer(db, create=True)
        self.store = IngestStore(self.database)
        self.revoked = Revoked(self.store.devices.revoked, lambda: self.now_s)
        streams = Streams((), self.store.events.seqs_above, 100)
        self._ingest = Ingest(
            self.store, Topics(), streams, Fleet(()), no_peers(), clock=lambda: START, revoked=self.revoked
        )

    def take(self, *messages: Message) -> "list[str]":
        """Store what arrives; returns the reasons of the dead letters that it left."""
        batch = self._ingest.read([delivered(each) for each in messages])
        self._ingest.write(batch)
        return [letter.reason for letter in batch.dead_letters]

    def events(self, device: str) -> int:
        return self.store.events.stored().get(device, 0)


@pytest.fixture
def ingesting(tmp_path: Path) -> Iterator[Ingesting]:
    made = Ingesting(tmp_path / "fleet.db")
    yield made
    made.database.close()


def revoke(db: Path, device: str) -> str:
    found = ran(run, ["devices", "revoke", device, "--db", str(db)])
    assert found.returncode == 0, found.stderr
    return found.stdout


def test_the_token_of_a_revoked_device_is_void_at_once(fleet: ServedFleet) -> None:
    token = tokens.make(fleet.operators, DEVICE)
    file, headers = f"{fleet.url}/v1/artifacts/{'0' * 64}", {"Authorization": f"Bearer {token}"}
    assert requests.get(file, headers=headers, timeout=60).status_code == 404
    with fleet.far() as desk:
        assert desk.ask(REVOKE, RevokeRequest(device=DEVICE, reason="stolen in Bern")).had_token
    assert requests.get(file, headers=headers, timeout=60).status_code == 401
    entry = Subjects(fleet.database).audit.newest(1)[0]
    assert "stolen in Bern" in entry.sentence
    assert (entry.action, entry.actor, entry.device, entry.origin) == (audit.REVOKED, "alice", DEVICE, "127.0.0.1")


def test_the_command_says_what_is_to_be_done_at_the_broker(fleet: ServedFleet) -> None:
    said = revoke(fleet.db, DEVICE)
    for word in (f"mosquitto_passwd -D /etc/mosquitto/fer.passwd {DEVICE}", "fer.acl", "reload mosquitto"):
        assert word in said


def test_a_revoked_device_is_marked_as_such_for_whoever_looks(fleet: ServedFleet) -> None:
    with fleet.far() as desk:
        desk.ask(REVOKE, RevokeRequest(device=DEVICE))
        marked = [(each.device, each.revoked_by) for each in desk.ask(DEVICES, DevicesQuery()) if each.revoked_at]
    assert marked == [(DEVICE, "alice")]
    found = ran(run, ["devices", "--db", str(fleet.db)]).stdout
    assert found.count("revoked") == 2, "as the state of one device, and with who did it"
    assert ran(run, ["enroll", DEVICE, "--db", str(fleet.db)]).returncode == 0
    with fleet.far() as desk:
        assert not any(each.revoked_at for each in desk.ask(DEVICES, DevicesQuery()))


def test_a_rollout_plans_no_revoked_device_and_says_how_many_it_leaves_out(fleet: ServedFleet) -> None:
    stolen = ("orin-01", "orin-02")
    with fleet.far() as desk:
        for device in stolen:
            desk.ask(REVOKE, RevokeRequest(device=device))
        plan = desk.ask(PLAN, DeployRequest(precision="fp32"))
        named = desk.ask(PLAN, DeployRequest(precision="fp32", devices=stolen))
    assert len(plan.devices) == 8
    left = [each.device for each in plan.left_out if "it was revoked" in each.reason]
    assert (left, named.devices) == (list(stolen), ())
    said = ran(run, ["deploy", "--dry-run", "--precision", "fp32", "--db", str(fleet.db)]).stdout
    assert "2 devices are left out: it was revoked" in said


def test_a_device_that_nobody_knows_is_not_revoked(fleet: ServedFleet) -> None:
    with fleet.far() as desk, pytest.raises(RequestError, match="No device 'ghost'"):
        desk.ask(REVOKE, RevokeRequest(device="ghost"))


def test_what_a_revoked_device_sends_is_refused_until_it_is_enrolled_again(ingesting: Ingesting) -> None:
    assert ingesting.take(an_event(1), an_event(1, device=HONEST)) == []
    revoke(ingesting.db, DEVICE)
    ingesting.now_s += LOOK_EVERY_S
    (reason,) = ingesting.take(an_event(2), an_event(2, device=HONEST), a_birth(), some_telemetry())
    assert "nano-01 was revoked" in reason
    assert (ingesting.events(DEVICE), ingesting.events(HONEST)) == (1, 2)
    assert ran(run, ["enroll", DEVICE, "--db", str(ingesting.db)]).returncode == 0
    ingesting.now_s += LOOK_EVERY_S
    assert ingesting.take(an_event(2), an_event(3)) == []
    assert ingesting.events(DEVICE) == 3, "what was refused is stored when it is sent again"


def test_a_revoked_device_that_floods_leaves_one_dead_letter_a_minute_that_counts_the_others(
    ingesting: Ingesting,
) -> None:
    ingesting.take(an_event(1))
    revoke(ingesting.db, DEVICE)
    ingesting.now_s += LOOK_EVERY_S
    flood = [an_event(seq) for seq in range(2, 2 + FLOOD)]
    assert len(ingesting.take(*flood)) == 1
    ingesting.now_s += LETTER_EVERY_S
    (reason,) = ingesting.take(*flood)
    assert f"{FLOOD - 1} more" in reason


def test_who_is_revoked_stays_so_while_the_database_is_busy() -> None:
    answers: list[frozenset[str] | None] = [frozenset({DEVICE}), None]

    def look() -> "frozenset[str]":
        found = answers.pop(0)
        if found is None:
            raise StoreUnavailable("locked")
        return found

    times = iter((0.0, LOOK_EVERY_S))
    revoked = Revoked(look, lambda: next(times))
    revoked.refresh()
    revoked.refresh()
    assert revoked.names == {DEVICE}


def test_a_forgotten_device_stays_revoked(ingesting: Ingesting) -> None:
    ingesting.take(an_event(1))
    revoke(ingesting.db, DEVICE)
    ingesting.store.devices.forget(DEVICE)
    ingesting.now_s += LOOK_EVERY_S
    assert len(ingesting.take(an_event(2))) == 1


def test_a_running_controller_takes_up_that_a_device_was_revoked_and_enrolled_again(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    controller = ControllerProcess(tmp_path / "fleet.db", mosquitto.url)
    device, honest = Sender(mosquitto.port), Sender(mosquitto.port, HONEST)
    controller.until_connected()
    try:
        device.observe(3)
        device.flush()
        revoke(controller.db, DEVICE)

        def refused() -> bool:
            device.observe(1)
            return bool(controller.query("SELECT 1 FROM dead_letters"))

        eventually(refused, "the controller refuses what it sends")
        before = controller.query(OF_DEVICE)
        device.observe(3)
        honest.observe(3)
        honest.flush()
        assert controller.query(OF_DEVICE) == before
        assert ran(run, ["enroll", DEVICE, "--db", str(controller.db)]).returncode == 0
        device.flush()
        assert controller.query(OF_DEVICE) == [(device.last_seq,)], "nothing that it kept is lost"
    finally:
        device.close()
        honest.close()
        controller.kill()


@pytest.mark.parametrize("rounds", range(8))
def test_a_revoked_device_leaves_its_rollout_wherever_it_is_and_is_told_nothing_more(world: World, rounds: int) -> None:
    rollout = world.deploy(waves="100%")
    for _ in range(rounds):
        world.round()
    world.revoke(STOLEN)
    world.publish()
    told = len(orders_to(world, STOLEN))
    world.until(rollout, "completed")
    world.round()
    assert world.states(rollout) == {STOLEN: SKIPPED, HONEST_ONE: COMMITTED}
    assert not world.retained[STOLEN]
    assert len(orders_to(world, STOLEN)) == told


def test_rolling_back_tells_a_revoked_device_nothing(world: World) -> None:
    rollout = world.deploy(waves="100%")
    world.until(rollout, "completed")
    world.revoke(STOLEN)
    world.publish()
    told = len(orders_to(world, STOLEN))
    world.order(rollout, "rollback")
    world.until(rollout, "rolled_back")
    assert world.states(rollout) == {STOLEN: SKIPPED, HONEST_ONE: ROLLED_BACK}
    assert len(orders_to(world, STOLEN)) == told


def test_an_order_that_the_runner_wrote_meanwhile_is_taken_back(world: World) -> None:
    """The runner read the device before it was revoked, and wrote after."""
    rollout = world.deploy(waves="100%")
    while not (world.states(rollout)[STOLEN] == DESIRED and world.store.desired.of_device(STOLEN)):
        world.tick()
    written = world.store.desired.of_device(STOLEN)
    assert written is not None
    world.revoke(STOLEN)
    world.store.write(Changes(desired={STOLEN: written}))
    world.round()
    assert world.states(rollout)[STOLEN] == SKIPPED
    assert not world.retained[STOLEN]


def orders_to(world: World, device: str) -> "list[str]":
    """The desired states that were published to it, and not empty."""
    return [payload for payload in world.published if f'"{device}"' in payload]
