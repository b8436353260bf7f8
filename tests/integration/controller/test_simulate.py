"""`fer-controller simulate` against a real Mosquitto, a real `fer-controller serve` and real HTTP."""

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from artifact_server import ArtifactServer
from controller_process import ControllerProcess, eventually, run, run_process
from real_broker import Mosquitto
from simulated_fleet import Offer, SimulatedFleet, publish

AGENTS = 50
SIZE_BYTES = 300_000
MANY_S = 90.0
QUICK = ("--telemetry-s", "2", "--flush-s", "60")

pytestmark = pytest.mark.mosquitto


@pytest.fixture
def server() -> Iterator[ArtifactServer]:
    made = ArtifactServer()
    yield made
    made.close()


@pytest.fixture
def fleets() -> Iterator[list[SimulatedFleet]]:
    """Fleets that a test started; killed at the end when they still run."""
    started: list[SimulatedFleet] = []
    yield started
    for fleet in started:
        fleet.kill()


@pytest.fixture
def begin(tmp_path: Path, mosquitto: Mosquitto, server: ArtifactServer, fleets: list[SimulatedFleet]) -> Any:
    """Starts a fleet and returns it when all of it is online."""

    def started(agents: int, *options: str) -> SimulatedFleet:
        fleet = SimulatedFleet(tmp_path, mosquitto.url, agents, "--controller", server.url, *QUICK, *options)
        fleets.append(fleet)
        fleet.start()
        eventually(lambda: fleet.now.get("connections", 0) >= agents, "all devices are online")
        return fleet

    return started


def names(agents: int) -> list[str]:
    return [f"sim-{number:04d}" for number in range(1, agents + 1)]


def reached(fleet: SimulatedFleet, **states: int) -> None:
    """Wait until so many devices are in these states."""
    eventually(lambda: fleet.now["states"] == states, f"the states are {states}, not {fleet.now}", MANY_S)


def stored(controller: ControllerProcess) -> dict[tuple[str, str], tuple[int, int, int]]:
    """Of each stream: events, different seqs, and the highest seq."""
    rows = controller.query("SELECT device, epoch, count(*), count(DISTINCT seq), max(seq) FROM events GROUP BY 1, 2")
    return {(device, epoch): (count, different, highest) for device, epoch, count, different, highest in rows}


def counted_by_devices(fleet: SimulatedFleet) -> dict[tuple[str, str], tuple[int, int, int]]:
    return {(each["device"], each["epoch"]): (each["events"],) * 3 for each in fleet.devices}


def reported(controller: ControllerProcess) -> dict[str, Any]:
    return {device: json.loads(text) for device, text in controller.query("SELECT device, reported FROM devices")}


def test_nothing_is_lost_or_counted_twice_whatever_is_killed_and_every_device_commits(
    begin: Any, controller: ControllerProcess, mosquitto: Mosquitto, server: ArtifactServer
) -> None:
    controller.until_connected()
    offer = Offer(server, "1.1.0", os.urandom(SIZE_BYTES))
    fleet = begin(AGENTS)
    eventually(lambda: len(stored(controller)) == AGENTS, "every device has an event in the database")
    publish(mosquitto.port, (offer.desired(device) for device in names(AGENTS)))
    eventually(lambda: server.requests(offer.path), "the first device fetches its model")
    controller.kill()
    events = fleet.now["events"]
    eventually(lambda: fleet.now["events"] >= events + AGENTS, "events come while nobody stores them")
    controller.start()
    mosquitto.stop()
    eventually(lambda: fleet.now["online"] == 0, "no device has a connection")
    mosquitto.start()
    reached(fleet, committed=AGENTS)
    assert (fleet.stop(), fleet.log) == (0, "")
    assert stored(controller) == counted_by_devices(fleet)
    assert controller.query("SELECT count(*) FROM gaps UNION ALL SELECT count(*) FROM dead_letters") == [(0,), (0,)]
    assert {each["sha256"] for each in fleet.devices} == {offer.sha256}
    assert {each["crashes"] for each in fleet.devices} == {0}
    assert reported(controller) == {each["device"]: each["last_report"] for each in fleet.devices}
    assert sum(each.sent_bytes for each in server.requests(offer.path)) >= AGENTS * SIZE_BYTES
    assert fleet.summary["sound"]


def test_faults_behave(begin: Any, controller: ControllerProcess, mosquitto: Mosquitto, server: ArtifactServer) -> None:
    controller.until_connected()
    offer = Offer(server, "1.1.0", os.urandom(SIZE_BYTES))
    faults = ("offline:30%", "slow:20%", "crashing:20%", "lying:20%")
    fleet = begin(20, *(word for fault in faults for word in ("--fault", fault)))
    publish(mosquitto.port, (offer.desired(device) for device in names(20)))
    reached(fleet, committed=16, rolled_back=4)
    assert fleet.stop() == 0
    by_fault = {
        kind: [each for each in fleet.devices if kind in each["faults"]] for kind in ("slow", "crashing", "lying")
    }
    said = reported(controller)
    assert {each["crashes"] for each in by_fault["crashing"]} == {3}
    assert {each["model"].split("/")[0] for each in by_fault["crashing"]} == {"factory@1.0.0"}
    assert all("died 3 times" in said[each["device"]]["update"]["reason"] for each in by_fault["crashing"])
    for each in by_fault["lying"]:
        told = said[each["device"]]["update"]
        assert (told["attempt"], told["sha256"]) != (1, offer.sha256)
    pieces = [each for each in server.requests(offer.path) if each.range == "bytes=0-65535"]
    assert len(pieces) == len(by_fault["slow"]) == 4
    assert stored(controller) == counted_by_devices(fleet)
    assert reported(controller) == {each["device"]: each["last_report"] for each in fleet.devices}


def test_a_device_that_loses_its_link_is_offline_by_its_will_and_comes_back(
    begin: Any, controller: ControllerProcess
) -> None:
    controller.until_connected()
    fleet = begin(10, "--fault", "offline:100%")

    def seen(sql: str) -> bool:
        return bool(controller.query(sql))

    eventually(
        lambda: seen("SELECT 1 FROM devices WHERE state = 'offline' AND reason = 'the connection was lost'"),
        "a will has gone out",
        MANY_S,
    )
    eventually(lambda: fleet.now["connections"] > 12, "some have come back", MANY_S)
    assert fleet.stop() == 0
    assert stored(controller) == counted_by_devices(fleet)


def test_a_corrupt_artifact_is_rejected_and_the_old_model_serves(
    begin: Any, controller: ControllerProcess, mosquitto: Mosquitto, server: ArtifactServer
) -> None:
    controller.until_connected()
    offer = Offer(server, "1.1.0", os.urandom(SIZE_BYTES))
    server.files[offer.path] = b"x" * SIZE_BYTES
    fleet = begin(5)
    publish(mosquitto.port, (offer.desired(device) for device in names(5)))
    reached(fleet, rejected=5)
    assert fleet.stop() == 0
    assert {each["model"].split("/")[0] for each in fleet.devices} == {"factory@1.0.0"}


def test_downloads_wait_for_a_busy_server_and_resume_where_they_were_cut(
    begin: Any, mosquitto: Mosquitto, server: ArtifactServer, controller: ControllerProcess
) -> None:
    controller.until_connected()
    offer = Offer(server, "1.1.0", os.urandom(SIZE_BYTES))
    server.faults.busy, server.faults.cuts, server.faults.cut_after_bytes = 7, 6, 100_000
    fleet = begin(5, "--token", "secret")
    publish(mosquitto.port, (offer.desired(device) for device in names(5)))
    reached(fleet, committed=5)
    assert fleet.stop() == 0
    answers = Counter(each.status for each in server.requests(offer.path))
    assert answers[503] == 7
    assert answers[206] >= 1
    assert {each.token for each in server.asked} == {"Bearer secret"}
    assert sum(each.sent_bytes for each in server.requests(offer.path)) < 2 * 5 * SIZE_BYTES


def test_going_back_by_a_desired_state_needs_no_download(
    begin: Any, mosquitto: Mosquitto, server: ArtifactServer, controller: ControllerProcess
) -> None:
    controller.until_connected()
    first, second = (Offer(server, version, os.urandom(SIZE_BYTES)) for version in ("1.1.0", "1.2.0"))
    fleet = begin(5)
    for offer in (first, second):
        publish(mosquitto.port, (offer.desired(device) for device in names(5)))
        eventually(lambda offer=offer: fleet.now["models"] == {offer.model: 5}, "all run it", MANY_S)  # type: ignore[misc]
        reached(fleet, committed=5)
    asked = len(server.asked)
    rollout = second.desired("sim-0001").rollout
    publish(
        mosquitto.port, (first.desired(each, rollout=rollout, attempt=2, url="", manifest_url="") for each in names(5))
    )
    eventually(lambda: fleet.now["models"] == {first.model: 5}, "all are back", MANY_S)
    reached(fleet, committed=5)
    assert fleet.stop() == 0
    assert len(server.asked) == asked
    assert {each["previous"] for each in fleet.devices} == {second.model}
    assert [update["attempt"] for update in fleet.devices[0]["updates"]] == [1, 1, 2]


def test_a_bad_model_shows_in_telemetry_and_events(
    begin: Any, controller: ControllerProcess, mosquitto: Mosquitto, server: ArtifactServer
) -> None:
    controller.until_connected()
    offer = Offer(server, "1.1.0", os.urandom(1000))
    fleet = begin(5, "--events-per-s", "5", "--fault", "bad-model:light@1.1.*")
    publish(mosquitto.port, (offer.desired(device) for device in names(5)))
    reached(fleet, committed=5)
    told = f"SELECT count(*) FROM events WHERE kind IN ('start', 'change') AND model = '{offer.model}'"  # noqa: S608 - ours
    eventually(lambda: controller.query(told) >= [(10,)], "ten faces have been seen with the new model")
    measured = f"SELECT count(DISTINCT device) FROM telemetry WHERE model = '{offer.model}'"  # noqa: S608 - ours
    eventually(lambda: controller.query(measured) == [(5,)], "every device has measured it")
    assert fleet.stop() == 0
    rates = controller.query("SELECT model, fps FROM telemetry")
    assert max(fps for model, fps in rates if model == offer.model) < 9
    assert min(fps for model, fps in rates if model != offer.model) > 13
    found = controller.query("SELECT DISTINCT model, emotion FROM events WHERE kind IN ('start', 'change')")
    assert [emotion for model, emotion in found if model == offer.model] == ["happy"]
    assert len(found) > 4


def test_devices_that_cannot_deliver_end_with_status_1(mosquitto: Mosquitto) -> None:
    done = run_process("simulate", "--agents", "3", "--broker", mosquitto.url, "--seconds", "3", "--flush-s", "1")
    assert done.returncode == 1
    assert "events wait after seq 0" in done.stdout


def test_a_broker_that_is_not_there_is_named_and_waited_for() -> None:
    done = run_process(
        "simulate", "--agents", "2", "--broker", "mqtt://127.0.0.1:1", "--seconds", "2", "--flush-s", "0"
    )
    assert done.returncode == 1
    assert "The broker at mqtt://127.0.0.1:1 cannot be reached (Connection refused)" in done.stdout


@pytest.mark.parametrize(
    "options",
    [
        ("--fault", "sleepy:1%"),
        ("--effect", "x"),
        ("--class", "toaster"),
        ("--agents", "99999"),
        ("--name", "a/b"),
        ("--tokens-file", "/nowhere"),
        ("--first-model", "/nowhere"),
        ("--prefix", "a//b"),
        ("--broker", "localhost"),
    ],
)
def test_what_is_misspelt_is_wrong_use(options: tuple[str, str]) -> None:
    done = run("simulate", *options)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
