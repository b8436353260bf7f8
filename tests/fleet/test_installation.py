"""Ansible sets up a fleet on real hosts, again without a change, and after it was killed on its way."""

import os
import random
import signal
import time
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from controller_messages import an_event
from controller_process import eventually, json_lines, run
from fer_wire import Topics
from fleet.console import PATIENCE_S
from fleet.site import Fleet
from paho.mqtt.enums import CallbackAPIVersion

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(2400)]

KILLS = 3


def test_a_playbook_that_is_killed_anywhere_is_run_again_to_its_end(bare: Fleet) -> None:
    fleet = bare
    chance = random.Random(3)
    for _ in range(KILLS):
        process = fleet.ansible.begin()
        time.sleep(chance.uniform(5, 60))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)
    recap = fleet.ansible.run()
    assert {host: numbers["failed"] + numbers["unreachable"] for host, numbers in recap.items()} == dict.fromkeys(
        ("hub", "nano-01", "nano-02"), 0
    )
    assert fleet.console.online() == {"nano-01", "nano-02"}
    for device in fleet.console.online():
        fleet.console.new_events(device)


def test_a_second_run_changes_nothing(fleet: Fleet) -> None:
    assert {host: numbers["changed"] for host, numbers in fleet.ansible.run().items()} == dict.fromkeys(
        ("hub", "nano-01", "nano-02"), 0
    )


def test_the_broker_takes_no_plain_text_and_no_device_speaks_for_another(fleet: Fleet) -> None:
    with pytest.raises(OSError, match=r"refused|timed out"):
        mqtt.Client(CallbackAPIVersion.VERSION2).connect(fleet.hub.address, 1883)
    password = (fleet.ansible.secrets / "mqtt" / "nano-01").read_text().strip()
    client = mqtt.Client(CallbackAPIVersion.VERSION2, "an-intruder")
    client.username_pw_set("nano-01", password)
    client.tls_set(str(fleet.ansible.secrets / "tls" / "ca.crt"))
    client.connect(fleet.hub.address, 8883)
    client.loop_start()
    for device in ("nano-02", "nano-01"):
        event = an_event(1, device, epoch=f"forged-{device}")
        client.publish(Topics().emotion(device, "door"), event.payload(), qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()
    eventually(lambda: "forged-nano-01" in fleet.console.epochs("nano-01"), "its own event is stored")
    assert "forged-nano-02" not in fleet.console.epochs("nano-02")


def test_a_device_whose_token_is_void_is_given_another(fleet: Fleet) -> None:
    fleet.console.said("enroll --revoke nano-02")
    assert has_token(fleet, "nano-02") is False
    fleet.ansible.run("--limit", "nano-02")
    assert has_token(fleet, "nano-02") is True
    fleet.console.new_events("nano-02")


def has_token(fleet: Fleet, device: str) -> bool:
    (found,) = (each["has_token"] for each in fleet.console.json("devices") if each["device"] == device)
    return bool(found)


def test_an_operator_looks_and_orders_from_elsewhere_over_tls(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_CONTROLLER_API__URL", f"https://{fleet.hub.address}:8780")
    monkeypatch.setenv("FER_CONTROLLER_API__TOKEN", fleet.console.said("operators add alice --role operator").strip())
    refused = run("devices")
    assert (refused.returncode, "api.ca_file" in refused.stderr) == (1, True), refused.stderr
    monkeypatch.setenv("FER_CONTROLLER_API__CA_FILE", str(fleet.ansible.secrets / "tls" / "ca.crt"))
    shown = json_lines(run("devices", "--json").stdout)
    assert {each["device"] for each in shown if each["state"] == "online"} == {"nano-01", "nano-02"}
    assert run("label", "nano-01", "site=lab").returncode == 0
    assert fleet.console.json("label") == [{"device": "nano-01", "labels": {"site": "lab"}, "quarantined": None}]


def test_a_device_whose_power_is_cut_loses_no_event(fleet: Fleet) -> None:
    device = fleet.hosts["nano-02"]
    lost = fleet.console.missing(device.name)
    fleet.console.new_events(device.name)
    device.cut_power()
    eventually(lambda: device.name not in fleet.console.online(), "the controller sees that it went", PATIENCE_S)
    device.boot()
    eventually(lambda: device.name in fleet.console.online(), "it is online again", PATIENCE_S)
    fleet.console.new_events(device.name)
    eventually(lambda: fleet.console.missing(device.name) == lost, "no event is missing", PATIENCE_S)


def test_events_wait_while_the_cable_is_out_and_while_the_hub_has_no_power(fleet: Fleet) -> None:
    device = fleet.hosts["nano-02"]
    lost = fleet.console.missing(device.name)
    device.cable("down")
    time.sleep(10)
    device.cable("up")
    fleet.console.new_events(device.name)
    fleet.hub.cut_power()
    time.sleep(5)
    fleet.hub.boot()
    eventually(lambda: fleet.console.online() == {"nano-01", "nano-02"}, "both are online again", PATIENCE_S)
    fleet.console.new_events(device.name)
    eventually(lambda: fleet.console.missing(device.name) == lost, "no event is missing", PATIENCE_S)


def test_a_model_is_rolled_out_to_what_ansible_set_up(fleet: Fleet, root: Path) -> None:
    (version,) = (root / "models" / "zoo" / "nano").iterdir()
    target = fleet.hub.disk / "srv" / version.name
    target.mkdir(mode=0o755)
    for file in version.iterdir():
        (target / file.name).write_bytes(file.read_bytes())
    fleet.console.said(f"models add /srv/{version.name}")
    spoilt = "--gate emotion_mix=off --gate confidence=off --gate restarts=off"  # few events, and power that was cut
    fleet.console.said(f"deploy --yes --model nano --precision int8 --waves 1,100% --soak 5s --probation 5s {spoilt}")
    model = f"nano@{version.name}/int8"

    def running() -> set[str]:
        return {event["model"] for device in ("nano-01", "nano-02") for event in newest(fleet, device)}

    eventually(lambda: running() == {model}, "both devices run it", 900)


def newest(fleet: Fleet, device: str) -> list[dict[str, str]]:
    return fleet.console.json(f"events --device {device} --since 5s --limit 1")
