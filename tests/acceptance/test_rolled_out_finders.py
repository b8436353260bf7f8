"""A good finder and a blind one in a simulated fleet, real broker, real downloads: the blind one stops itself."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from controller_process import ControllerProcess, eventually, json_lines, run
from fer_wire.contracts import FINDER
from real_broker import Mosquitto, free_port
from simulated_fleet import SimulatedFleet
from tiny_eyes import finder, write_eyes

pytestmark = pytest.mark.mosquitto

AGENTS = 3
PATIENCE_S = 120.0
QUICK = {"ROLLOUT__TICK_S": "0.2", "ROLLOUT__JUDGE_EVERY_S": "0.5", "ROLLOUT__MINUTE_S": "1", "HTTP__ACCESS": "open"}
WORDS = (
    "--precision",
    "fp32",
    "--waves",
    "1,100%",
    "--soak",
    "8s",
    "--probation",
    "1s",
    "--gate",
    "emotion_mix=off",
    "--json",
)
ENDS = ("completed", "rolled_back", "failed", "paused")
GOOD, BLIND = "1.1.0", "1.2.0"


@pytest.fixture
def site(
    mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator["tuple[ControllerProcess, str]"]:
    """A controller with two finders in its registry, and where it serves them."""
    for name, value in QUICK.items():
        monkeypatch.setenv(f"FER_CONTROLLER_{name}", value)
    place = f"127.0.0.1:{free_port()}"
    controller = ControllerProcess(tmp_path / "fleet.db", mosquitto.url, "--http", place)
    controller.until_connected()
    assert run("models", "keygen", "--db", str(controller.db)).returncode == 0
    for number, version in enumerate((GOOD, BLIND)):
        entry = write_eyes(tmp_path / version, FINDER, {"fp32": finder(name=f"tiny{number}")}, version)
        assert run("models", "add", str(entry), "--db", str(controller.db)).returncode == 0
    yield controller, f"http://{place}"
    controller.kill()


def test_a_good_finder_completes_and_a_blind_one_is_rolled_back(
    site: "tuple[ControllerProcess, str]", mosquitto: Mosquitto, tmp_path: Path
) -> None:
    controller, url = site
    fleet = SimulatedFleet(
        tmp_path, mosquitto.url, AGENTS, "--controller", url, "--telemetry-s", "1", "--events-per-s", "5",
        "--effect", f"tiny-finder@{BLIND}*:blind=1", "--class", "x86",
    )  # fmt: skip
    fleet.start()
    try:
        measured = "SELECT device FROM telemetry GROUP BY device HAVING count(*) > 8"
        eventually(lambda: len(controller.query(measured)) == AGENTS, "all devices are measured", PATIENCE_S)
        good, blind = (ended(controller, f"tiny-finder@{version}") for version in (GOOD, BLIND))
        shown = json_lines(run("devices", "--db", str(controller.db), "--json").stdout)
    finally:
        status = fleet.stop()
    assert good == ("completed", "")
    assert blind[0] == "rolled_back"
    assert "The share of frames with a face went from" in blind[1]
    assert "face_share>=0.5x is broken" in blind[1]
    assert status == 0
    assert {device["eyes"][FINDER] for device in fleet.devices} == {f"tiny-finder@{GOOD}/fp32"}
    assert {device["eyes"][FINDER] for device in shown} == {f"tiny-finder@{GOOD}/fp32"}
    assert {device["model"] for device in fleet.devices} == {"factory@1.0.0/int8"}
    saw = [device for device in fleet.devices if any(BLIND in update["model"] for update in device["updates"])]
    assert len(saw) == 1
    print(json.dumps({"saw the blind one": len(saw), "of": AGENTS, "why": blind[1]}))


def ended(controller: ControllerProcess, model: str) -> "tuple[str, str]":
    """Roll a finder out; state and reason of the rollout at its end."""
    begun = run("deploy", "--yes", "--model", model, *WORDS, "--db", str(controller.db))
    rollout = str(json_lines(begun.stdout)[-1]["rollout"])
    eventually(lambda: stands(controller, rollout)[0] in ENDS, f"the rollout of {model} ends", PATIENCE_S)
    return stands(controller, rollout)


def stands(controller: ControllerProcess, rollout: str) -> "tuple[str, str]":
    """State and reason of a rollout now."""
    rows = controller.query("SELECT id, state, reason FROM rollouts")
    return next((str(state), str(reason)) for name, state, reason in rows if name == rollout)
