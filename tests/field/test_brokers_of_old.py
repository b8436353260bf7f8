"""A broker that hangs up at MQTT 5 is tried with 3.1.1 at once, by every program."""

import json
from pathlib import Path

import commands
import fer_agent.cli
import fer_controller.cli
import pytest
from controller_process import ControllerProcess
from old_brokers import hanging_up
from real_broker import Mosquitto

pytestmark = pytest.mark.mosquitto


def test_a_broker_that_hangs_up_at_mqtt5_serves_every_program(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with hanging_up(mosquitto.port) as url:
        controller = ControllerProcess(tmp_path / "fleet.db", url)
        controller.until_connected()
        devices = ("--agents", "2", "--seconds", "1", "--telemetry-s", "0.5", "--broker", url)
        simulated = commands.ran(fer_controller.cli.run, ["simulate", *devices, "--json"])
        assert simulated.returncode == 0, "every event was acknowledged"
        source = ("--source", "demo:", "--state-dir", str(tmp_path / "state"))
        checked = commands.ran(fer_agent.cli.run, ["doctor", *source, "--broker", url, "--json"])
        found = {each["check"]: each for each in map(json.loads, checked.stdout.splitlines())}
        assert found["broker"]["state"] == "ok"
        controller.stop()
        said = controller.log()
    assert "hangs up at MQTT 5; trying 3.1.1." in said
    assert "with MQTT 3.1.1." in said
    assert "WARNING" not in said
