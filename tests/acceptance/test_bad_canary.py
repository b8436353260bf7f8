"""A bad model in a simulated fleet, real broker, real downloads: what stops it, and how many devices saw it."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from controller_process import ControllerProcess, eventually, json_lines, run
from real_broker import Mosquitto, free_port
from simulated_fleet import SimulatedFleet

pytestmark = pytest.mark.mosquitto

AGENTS = 15
CANARIES = 1
FACES = 25
"""Of the baseline of each device."""
PATIENCE_S = 120.0
QUICK = {"ROLLOUT__TICK_S": "0.2", "ROLLOUT__JUDGE_EVERY_S": "0.5", "ROLLOUT__MINUTE_S": "1", "HTTP__ACCESS": "open"}
WORDS = ("--precision", "fp16", "--waves", "1,20%,100%", "--soak", "4s", "--probation", "1s", "--json")


@pytest.fixture
def site(
    mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator["tuple[ControllerProcess, str]"]:
    """A controller that serves models, and where."""
    for name, value in QUICK.items():
        monkeypatch.setenv(f"FER_CONTROLLER_{name}", value)
    place = f"127.0.0.1:{free_port()}"
    controller = ControllerProcess(tmp_path / "fleet.db", mosquitto.url, "--http", place)
    controller.until_connected()
    yield controller, f"http://{place}"
    controller.kill()


@pytest.mark.parametrize(
    ("effect", "metric"),
    [
        ("happy=1.0", "emotion_mix"),
        ("fps=0.5", "fps"),
        ("latency=3", "latency_p95_ms"),
        ("confidence=0.6", "confidence"),
    ],
)
def test_a_bad_model_is_stopped_at_the_canary_and_goes_back(
    site: "tuple[ControllerProcess, str]", mosquitto: Mosquitto, tmp_path: Path, root: Path, effect: str, metric: str
) -> None:
    controller, url = site
    model = max((root / "models/zoo/light").iterdir())
    for words in (("models", "keygen"), ("models", "add", str(model))):
        assert run(*words, "--db", str(controller.db)).returncode == 0
    fleet = SimulatedFleet(
        tmp_path, mosquitto.url, AGENTS, "--controller", url, "--telemetry-s", "0.5", "--events-per-s", "20",
        "--effect", f"light@{model.name}/fp16:{effect}", "--class", "x86",
    )  # fmt: skip
    fleet.start()
    try:
        known = "SELECT count(*) FROM (SELECT device FROM telemetry GROUP BY device HAVING count(*) > 8)"
        faces = "SELECT min(n) FROM (SELECT count(DISTINCT track) n FROM events GROUP BY device)"
        eventually(
            lambda: controller.query(known) == [(AGENTS,)] and controller.query(faces) >= [(FACES,)],
            "all devices are measured", PATIENCE_S,
        )  # fmt: skip
        rollout = str(json_lines(run("deploy", "--yes", *WORDS, "--db", str(controller.db)).stdout)[-1]["rollout"])
        eventually(lambda: ending(controller)[0] == "rolled_back", "the bad model is rolled back", PATIENCE_S)
    finally:
        status = fleet.stop()
    saw = [device for device in fleet.devices if any("fp16" in update["model"] for update in device["updates"])]
    assert (status, len(saw)) == (0, CANARIES)
    assert not any(device["model"].endswith("/fp16") for device in fleet.devices)
    reason = ending(controller)[1]
    assert metric in reason
    shown = run("rollouts", "show", rollout, "--db", str(controller.db)).stdout
    assert reason.split(";")[0][:40] in " ".join(shown.split())
    tally = Counter(target for (target,) in controller.query("SELECT state FROM rollout_targets"))
    print(json.dumps({"effect": effect, "saw it": len(saw), "of": AGENTS, "devices": tally, "why": reason}))


def ending(controller: ControllerProcess) -> "tuple[str, str]":
    """State and reason of the one rollout."""
    ((state, reason),) = controller.query("SELECT state, reason FROM rollouts")
    return str(state), str(reason)
