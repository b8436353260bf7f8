"""Simulated devices are asked through a real broker by a real controller, and answer as devices do."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from controller_process import ControllerProcess, eventually, json_lines, run
from fer_controller.registry.signing import make_keys
from real_broker import Mosquitto
from simulated_fleet import SimulatedFleet

pytestmark = pytest.mark.mosquitto
DEVICE = "sim-0001"


@pytest.fixture
def asked(
    tmp_path: Path, mosquitto: Mosquitto, controller: ControllerProcess, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ControllerProcess]:
    """A controller that can sign, and two devices."""
    make_keys(tmp_path / "models")
    monkeypatch.setenv("FER_CONTROLLER_REGISTRY__FOLDER", str(tmp_path / "models"))
    controller.until_connected()
    fleet = SimulatedFleet(tmp_path, mosquitto.url, 2, "--events-per-s", "0", "--telemetry-s", "0.5")
    fleet.start()
    try:
        eventually(lambda: len(controller.query("SELECT 1 FROM telemetry")) > 2, "the devices are heard of")
        yield controller
    finally:
        fleet.stop()


def test_it_is_restarted_examined_and_diagnosed(asked: ControllerProcess, tmp_path: Path) -> None:
    db = ("--db", str(asked.db))
    ((before,),) = asked.query(f"SELECT run FROM devices WHERE device = '{DEVICE}'")  # noqa: S608 - our words
    again = run("devices", "restart", DEVICE, "--json", *db)
    (answer,) = json_lines(again.stdout)
    assert (again.returncode, answer["state"], answer["run"] != before) == (0, "answered", True), again.stderr
    online = f"SELECT 1 FROM devices WHERE run = '{answer['run']}' AND state = 'online'"  # noqa: S608 - our words
    eventually(lambda: asked.query(online), "the new run is online")
    out = tmp_path / "bundle.json"
    whole = run("devices", "diagnose", DEVICE, "--out", str(out), *db)
    assert whole.returncode == 0, whole.stderr
    found = json.loads(out.read_bytes())
    assert "It is simulated as" in found["findings"][0]["found"]
    assert any("The agent stops in order." in line for line in found["log"])
    assert found["telemetry"]["device"] == DEVICE
