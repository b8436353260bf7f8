"""Rollouts through a real Mosquitto by a real `fer-controller serve` that is killed, and a broker that is restarted."""

import json
import random
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from controller_process import PATIENCE_S, ControllerProcess, eventually, json_lines, run
from fer_simulator.model import Model
from fer_wire import ModelManifest, Topics, parse
from fleet_of_devices import LiveDevice
from paho.mqtt.enums import CallbackAPIVersion
from real_broker import Mosquitto
from stepped_device import FAILING, HONEST, SteppedDevice

pytestmark = pytest.mark.mosquitto

DEVICES = 20
ROLLOUT_PATIENCE_S = 240.0
SHARE_KILLED_AT_WORK = 0.8
QUICK = {
    "ROLLOUT__TICK_S": "0.1", "ROLLOUT__BASELINE_S": "300", "ROLLOUT__JUDGE_EVERY_S": "0.5",
    "ROLLOUT__RETRY_PAUSE_S": "0.5", "ROLLOUT__MINUTE_S": "0.5", "HTTP__LISTEN": "",
}  # fmt: skip
WORDS = ("--precision", "fp16", "--soak", "2s", "--deadline", "60s", "--probation", "1s", "--json")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in QUICK.items():
        monkeypatch.setenv(f"FER_CONTROLLER_{name}", value)


@pytest.fixture
def model(root: Path) -> ModelManifest:
    return parse(ModelManifest, max((root / "models/zoo/light").iterdir()).joinpath("manifest.json").read_bytes())


@pytest.fixture
def fleet(mosquitto: Mosquitto, model: ModelManifest) -> Iterator[list[LiveDevice]]:
    (fp32,) = (variant for variant in model.variants if variant.precision == "fp32")
    made = [
        LiveDevice(
            mosquitto.port,
            SteppedDevice(f"nano-{number:02}", factory=Model(model.reference("fp32"), fp32.sha256)),
            clock_off=timedelta(hours=number % 3 * 5),
        )
        for number in range(DEVICES)
    ]
    for device in made:
        device.start()
    yield made
    for device in made:
        device.stop()


@pytest.fixture
def served(controller: ControllerProcess, root: Path, fleet: list[LiveDevice]) -> ControllerProcess:
    assert fleet
    controller.until_connected()
    assert run("models", "keygen", "--db", str(controller.db)).returncode == 0
    added = run("models", "add", str(max((root / "models/zoo/light").iterdir())), "--db", str(controller.db))
    assert added.returncode == 0, added.stderr
    eventually(
        lambda: (
            controller.query("SELECT min(n) FROM (SELECT count(*) n FROM telemetry GROUP BY device)") >= [(8,)]
            and controller.query("SELECT count(*) FROM devices WHERE reported <> ''") == [(DEVICES,)]
        ),
        "all devices are known and measured",
    )
    return controller


def deploy(controller: ControllerProcess, *words: str) -> str:
    done = run("deploy", "--yes", *WORDS, *words, "--db", str(controller.db))
    assert done.returncode == 0, done.stderr
    return str(json_lines(done.stdout)[-1]["rollout"])


def state(controller: ControllerProcess, rollout: str) -> str:
    rows = controller.query(f"SELECT state FROM rollouts WHERE id = '{rollout}'")  # noqa: S608 - an id of ours
    return str(rows[0][0]) if rows else ""


def until(controller: ControllerProcess, rollout: str, wanted: str, patience_s: float = ROLLOUT_PATIENCE_S) -> None:
    eventually(lambda: state(controller, rollout) == wanted, f"the rollout is {wanted}", patience_s)


def delete_desired(port: int, device: str) -> None:
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    client.publish(Topics().desired(device), b"", qos=1, retain=True).wait_for_publish(PATIENCE_S)
    client.disconnect()
    client.loop_stop()


def none_updated_twice(fleet: list[LiveDevice]) -> int:
    started = [key for device in fleet for key in {(device.device.name, *key) for key in device.device.started}]
    assert sum(len(device.device.started) for device in fleet) == len(started)
    return len(started)


def test_a_rollout_survives_kills_of_the_controller_at_any_moment_and_a_broker_lost_in_mid_wave(
    served: ControllerProcess, fleet: list[LiveDevice], mosquitto: Mosquitto, model: ModelManifest
) -> None:
    random.seed("rollout")
    rollout = deploy(served, "--waves", "1,30%,60%,100%", "--concurrency", "3")
    kills = broker_losses = deleted = 0
    until_s = time.monotonic() + ROLLOUT_PATIENCE_S
    while state(served, rollout) != "completed":
        assert time.monotonic() < until_s, served.log()[-2000:]
        time.sleep(random.uniform(0.1, 3.0))
        served.kill()
        kills += 1
        if kills % 4 == 2:
            mosquitto.kill()
            broker_losses += 1
            if kills % 8 == 2:
                mosquitto.forget()
            mosquitto.start()
        if kills % 4 == 0:
            delete_desired(mosquitto.port, random.choice(fleet).device.name)
            deleted += 1
        if random.random() < SHARE_KILLED_AT_WORK:
            served.until_connected()
        else:
            served.start()
        assert state(served, rollout) in ("planned", "running", "completed"), served.log()[-2000:]
    assert {device.device.running for device in fleet} == {model.reference("fp16")}
    updates = none_updated_twice(fleet)
    counted = "SELECT action, count(*) FROM audit WHERE rollout = '{}' GROUP BY action"
    audit = served.query(counted.format(rollout))
    assert dict(audit)["committed"] == DEVICES
    print(
        f"{kills} kills of the controller, {broker_losses} of the broker, {deleted} desired states deleted: "
        f"{updates} updates of {DEVICES} devices, none twice; audit {dict(audit)}"
    )


def test_a_bad_model_is_stopped_at_the_canary_and_rolled_back_and_the_audit_log_says_why(
    served: ControllerProcess, fleet: list[LiveDevice], model: ModelManifest
) -> None:
    for device in fleet:
        device._slow_with = "/fp16"
    rollout = deploy(served, "--waves", "1,100%")
    watched = run("rollouts", "watch", rollout, "--db", str(served.db))
    assert watched.returncode == 1
    assert state(served, rollout) == "rolled_back"
    assert sum(bool(device.device.started) for device in fleet) == 1
    assert {device.device.running for device in fleet} == {model.reference("fp32")}
    shown = json.loads(run("rollouts", "show", rollout, "--db", str(served.db), "--json").stdout)
    (failed,) = (entry for entry in shown["audit"] if entry["action"] == "wave_failed")
    (gate,) = (gate for gate in failed["numbers"]["gates"] if gate["metric"] == "fps")
    assert (gate["outcome"], round(gate["value"], 1)) == ("failed", 0.5)
    assert "0.5 times the baseline; fps>=0.8x is broken." in failed["sentence"]
    assert gate["p"] <= gate["alpha"]
    assert [wave["state"] for wave in shown["waves"]] == ["rolled_back", "stopped"]
    print(failed["sentence"])


def test_orders_are_taken_up_at_once_and_an_abort_withdraws_what_is_under_way(
    served: ControllerProcess, fleet: list[LiveDevice]
) -> None:
    for device in fleet:
        device.device.behaviour = "stuck"
    rollout = deploy(served, "--waves", "100%")
    eventually(lambda: all(device.device.started for device in fleet), "all devices were told")
    paused = run("rollouts", "pause", rollout, "--db", str(served.db))
    assert paused.stdout == f"{rollout}: No further device is told, and no wave passes, until it is resumed.\n"
    aborted = run("rollouts", "abort", rollout, "--db", str(served.db))
    assert f"{DEVICES} updates are withdrawn" in aborted.stdout
    for device in fleet:
        device.device.behaviour = HONEST
    eventually(
        lambda: all(device.device.update and device.device.update.state == "canceled" for device in fleet),
        "all updates are canceled",
    )
    refused = run("rollouts", "resume", rollout, "--db", str(served.db))
    assert refused.returncode == 1
    assert "is aborted; resume is not possible any more." in refused.stderr


def test_a_device_that_fails_and_one_that_is_away_are_told_apart(
    served: ControllerProcess, fleet: list[LiveDevice], model: ModelManifest
) -> None:
    fleet[3].device.behaviour = FAILING
    fleet[7].stop()
    rollout = deploy(served, "--waves", "100%", "--max-failures", "10%", "--deadline", "8s", "--offline")
    until(served, rollout, "completed")
    states = dict(served.query("SELECT device, state FROM rollout_targets"))
    assert (states["nano-03"], states["nano-07"]) == ("failed", "unreachable")
    assert sum(found == "committed" for found in states.values()) == DEVICES - 2
    fleet[3].device.behaviour = HONEST
    run("rollouts", "retry", rollout, "--db", str(served.db))
    eventually(lambda: fleet[3].device.running == model.reference("fp16"), "the failed device was tried again")
    fleet.pop(7)
