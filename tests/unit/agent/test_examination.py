"""The doctor beside a running agent says what the agent knows, and touches no camera, no model and no broker."""

from pathlib import Path
from typing import List

import pytest
from fer_agent import doctor, permission
from fer_agent.examination import Running, examine_running
from fer_agent.settings import Settings
from fer_wire.commands import Finding
from fer_wire.contracts import TASKS
from fer_wire.telemetry import CameraTelemetry
from unit.agent.reporting.test_device_report import made

BROKER = "mqtt://second.example:1883"


def examined(folder: Path, *cameras: CameraTelemetry) -> "dict[str, Finding]":
    device, _, _ = made(folder, *TASKS[1:])
    settings = Settings.model_validate({"device": "nano-01", "state_dir": folder, "cameras": [{"source": "/dev/none"}]})
    running = Running(lambda: cameras, device.tasks, lambda: BROKER)
    return {each.check: each for each in examine_running(settings, running)}


def test_it_looks_at_everything_that_the_doctor_looks_at_beside_a_running_agent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("this would disturb the pipeline")

    for opens in ("open_source", "of_the_settings", "Landmarker", "StateFolder"):
        monkeypatch.setattr(doctor, opens, never)
    monkeypatch.setattr(permission, "ask", never)
    found = examined(tmp_path, CameraTelemetry(camera="door", state="running", fps=14.96))
    assert list(found) == [
        "camera door", "model classifier", "model finder", "model landmarker", "broker", "disk", "updates", "orders",
        "clock", "jtop",
    ]  # fmt: skip
    assert {each.state for each in found.values()} <= {"ok", "warning"}
    assert found["camera door"].found == "delivers 15.0 frames a second, and was reopened 0 times"
    assert found["model classifier"].found == "tiny@1.0.0/fp32 serves on CPUExecutionProvider"
    assert found["broker"].found == f"{BROKER} brought this command"


@pytest.mark.parametrize(
    ("camera", "state", "words"),
    [
        ({"state": "reopening", "reopened": 3, "error": "It does not answer."}, "failed", ["3 times", "not answer"]),
        ({"state": "ended"}, "failed", ["ended", "is being opened"]),
        ({"state": "running", "frozen": True, "dark": True}, "warning", ["frozen and dark", "covered or hangs"]),
    ],
)
def test_what_is_wrong_with_a_camera_is_said(
    tmp_path: Path, camera: "dict[str, object]", state: str, words: List[str]
) -> None:
    telemetry = CameraTelemetry.model_validate({"camera": "door", **camera})
    found = examined(tmp_path, telemetry)["camera door"]
    assert found.state == state
    assert [word for word in words if word not in f"{found.found} {found.remedy}"] == []
