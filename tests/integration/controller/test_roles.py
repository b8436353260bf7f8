"""Several processes of one controller on PostgreSQL and two brokers, killed and paused: nothing is lost or done twice.

FAULT_ROUNDS is how often something is killed; more than a few are for a machine of one's own.
"""

import os
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import paho.mqtt.client as mqtt
import pytest
import real_postgres
import requests
from controller_process import Device, eventually, json_lines, run
from fer_simulator.model import Model
from fer_wire import ModelManifest, Topics, parse
from fleet_of_devices import LiveDevice
from paho.mqtt.enums import CallbackAPIVersion
from real_broker import Mosquitto, running
from real_postgres import OwnPostgres
from role_faults import CONNECTED, FAULTS, World
from role_process import RoleProcess, leader
from stepped_device import SteppedDevice

pytestmark = [pytest.mark.machines, pytest.mark.mosquitto, pytest.mark.timeout(3600)]
ROUNDS = int(os.environ.get("FAULT_ROUNDS", "5"))
LIVE, SPOOLED = 6, 3
EVENTS_A_TURN, TURN_S = 20, 0.1
PATIENCE_S = 120.0
LEADS, SERVED = "this process does it from now on", "Models are served at"
QUICK = {
    "ROLLOUT__TICK_S": "0.1", "ROLLOUT__BASELINE_S": "300", "ROLLOUT__JUDGE_EVERY_S": "0.5",
    "ROLLOUT__RETRY_PAUSE_S": "0.5", "ROLLOUT__MINUTE_S": "0.5", "RETENTION__EVERY_S": "0.5", "HTTP__ACCESS": "open",
}  # fmt: skip
WORDS = ("--soak", "1s", "--deadline", "120s", "--probation", "1s", "--json")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FER_CONTROLLER_REGISTRY__FOLDER", str(tmp_path / "models"))
    for name, value in QUICK.items():
        monkeypatch.setenv(f"FER_CONTROLLER_{name}", value)


@pytest.fixture(scope="module")
def postgres() -> Iterator[OwnPostgres]:
    """One of these tests' own, which faults freeze."""
    with real_postgres.running() as server:
        yield server


@pytest.fixture
def brokers(mosquitto: Mosquitto, tmp_path: Path) -> Iterator[tuple[Mosquitto, Mosquitto]]:
    with running(tmp_path / "other") as other:
        yield mosquitto, other


@pytest.fixture
def world(tmp_path: Path, postgres: OwnPostgres, brokers: tuple[Mosquitto, Mosquitto]) -> Iterator[World]:
    made = World(tmp_path, postgres.database(), brokers)
    yield made
    made.kill()


@pytest.fixture
def model(root: Path) -> ModelManifest:
    return parse(ModelManifest, max((root / "models/zoo/light").iterdir()).joinpath("manifest.json").read_bytes())


@pytest.fixture
def fleet(brokers: tuple[Mosquitto, Mosquitto], model: ModelManifest) -> Iterator[list[LiveDevice]]:
    """Devices that update, half of them at each broker."""
    (fp32,) = (variant for variant in model.variants if variant.precision == "fp32")
    factory = Model(model.reference("fp32"), fp32.sha256)
    made = [
        LiveDevice(brokers[number % 2].port, SteppedDevice(f"live-{number:02}", factory=factory))
        for number in range(LIVE)
    ]
    for device in made:
        device.start()
    yield made
    for device in made:
        device.stop()


@pytest.fixture
def devices(brokers: tuple[Mosquitto, Mosquitto]) -> Iterator[list[Device]]:
    """Devices with a spool, of which the first sends the same to both brokers at once."""
    made = [Device(brokers[number % 2].port, f"spool-{number}") for number in range(SPOOLED)]
    made.append(Device(brokers[1].port, made[0].name))
    yield made
    for device in made:
        device.close()


def keep_observing(devices: list[Device], over: Event) -> None:
    while not over.wait(TURN_S):
        for device in devices:
            device.observe(EVENTS_A_TURN)


def know_the_fleet(world: World, root: Path) -> None:
    """Until a rollout can be planned."""
    db = world.place.url
    assert run("models", "keygen", "--db", db).returncode == 0
    assert run("models", "add", str(max((root / "models/zoo/light").iterdir())), "--db", db).returncode == 0
    measured = "SELECT count(*) FROM (SELECT device FROM telemetry GROUP BY device HAVING count(*) >= 8) AS known"
    eventually(lambda: world.rows(measured) == [(LIVE,)], "all devices are measured")
    reported = "SELECT count(*) FROM devices WHERE reported <> ''"
    eventually(lambda: world.rows(reported) == [(LIVE,)], "all devices have reported")


class Rollouts:
    """One rollout after another, to one file of the model and back."""

    def __init__(self, world: World) -> None:
        self._world, self.begun, self._last = world, 0, ""

    @property
    def precision(self) -> str:
        """Of the file that the last one brings."""
        return ("fp32", "fp16")[self.begun % 2]

    @property
    def ended(self) -> bool:
        """Whether the last one has ended well; fails when it has ended otherwise."""
        rows = self._world.rows(f"SELECT state FROM rollouts WHERE id = '{self._last}'")  # noqa: S608 - an id of ours
        assert rows in ([("planned",)], [("running",)], [("completed",)]), rows
        return rows == [("completed",)]

    def begin(self) -> None:
        self.begun += 1
        words = (*WORDS, "--precision", self.precision, "--waves", "1,50%,100%", "--concurrency", "2")
        done = run("deploy", "--yes", *words, "--db", self._world.place.url)
        assert done.returncode == 0, done.stderr
        self._last = str(json_lines(done.stdout)[-1]["rollout"])


def retained(port: int, topic: str) -> bytes:
    """What a broker gives to whoever comes."""
    heard: list[bytes] = []
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda _client, _userdata, message: heard.append(message.payload)
    client.connect("127.0.0.1", port)
    client.subscribe(topic, qos=1)
    client.loop_start()
    eventually(lambda: heard, f"something is retained on {topic}")
    client.disconnect()
    client.loop_stop()
    return heard[0]


def test_whatever_dies_every_event_is_stored_once_the_rollout_ends_and_no_device_is_updated_twice(
    world: World,
    devices: list[Device],
    fleet: list[LiveDevice],
    postgres: OwnPostgres,
    root: Path,
    model: ModelManifest,
) -> None:
    dice, faults, over = random.Random("roles"), Counter[str](), Event()
    world.start()
    for device in devices:
        device.reconnect()
    observing = Thread(target=keep_observing, args=(devices, over))
    observing.start()
    try:
        know_the_fleet(world, root)
        rollouts = Rollouts(world)
        rollouts.begin()
        for turn in range(ROUNDS):
            faults[FAULTS[turn % len(FAULTS)](world, dice, postgres)] += 1
            for device in devices:
                device.reconnect()
            if rollouts.ended:
                rollouts.begin()
        eventually(lambda: rollouts.ended, "the last rollout has ended", PATIENCE_S)
    finally:
        over.set()
        observing.join()
    for device in devices:
        device.flush()
    stored = "SELECT device, count(*), count(DISTINCT seq), max(seq) FROM events WHERE device LIKE 'spool-%' GROUP BY 1"
    assert {row[0]: row[1:] for row in world.rows(stored)} == {
        device.name: (device.last_seq,) * 3 for device in devices
    }
    twice = "SELECT device, epoch, seq FROM events GROUP BY 1, 2, 3 HAVING count(*) > 1"
    assert world.rows(twice) == []
    assert world.rows("SELECT * FROM gaps WHERE device LIKE 'spool-%'") == []
    assert {device.device.running for device in fleet} == {model.reference(rollouts.precision)}
    started = [(device.device.name, *key) for device in fleet for key in device.device.started]
    assert len(started) == len(set(started)) >= LIVE * rollouts.begun
    for broker in world.brokers:
        assert rollouts.precision.encode() in retained(broker.port, Topics().desired(fleet[0].device.name))
    events = sum(device.last_seq for device in devices[:SPOOLED])
    print(f"{ROUNDS} faults {dict(faults)}: {events} events, none lost, none twice", end="; ")
    print(f"{rollouts.begun} rollouts, {len(started)} updates of {LIVE} devices, none twice")


def test_a_leader_that_was_paused_says_that_it_writes_nothing_more(world: World) -> None:
    one, other = world.processes["leader"], world.processes["deputy"]
    one.until_it_says(LEADS)
    other.start()
    one.pause()
    paused_s = time.monotonic()
    eventually(lambda: leader(world.place, "rollouts") == other.pid, "the other has taken over")
    print(f"taken over after {time.monotonic() - paused_s:.1f} s")
    one.go_on()
    eventually(lambda: "was away; it writes nothing more" in one.log(), "it says so")
    assert leader(world.place, "rollouts") == other.pid


def test_a_process_that_serves_http_alone_serves_metrics_and_models(world: World) -> None:
    page = world.processes["page"]
    page.until_it_says(SERVED)
    found = re.search(rf"{SERVED} (http://\S+)\.", page.log())
    assert found
    for path in ("/metrics", "/v1/health"):
        assert requests.get(found[1] + path, timeout=20).status_code == 200
    assert page.stop() == 0


def test_processes_of_one_file_share_the_work(tmp_path: Path, mosquitto: Mosquitto) -> None:
    db = tmp_path / "fleet.db"

    def a_process(name: str, role: str) -> RoleProcess:
        return RoleProcess(tmp_path, name, db, role, "--broker", mosquitto.url, "--http", "")

    ingest, rest, second = (
        a_process("ingest", "ingest"),
        a_process("rest", "rollouts,retention"),
        a_process("2", "ingest"),
    )
    try:
        ingest.until_it_says(CONNECTED)
        rest.until_it_says("Serving")
        second.until_it_says("Another fer-controller serves")
    finally:
        for each in (ingest, rest, second):
            each.kill()
