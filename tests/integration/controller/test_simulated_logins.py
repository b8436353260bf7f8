"""Simulated devices log in each for itself, as a broker asks that gives each login one session."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from certified_fleet import CertifiedFleet
from controller_process import run_process
from real_broker import Mosquitto
from shipped_broker import PASSWORD, USERS, with_passwords

pytestmark = pytest.mark.mosquitto

AGENTS, WRONG_USE = 3, 2
NAMES = [f"sim-000{number}" for number in range(1, AGENTS + 1)]
FEW = ("--agents", str(AGENTS), "--seconds", "8", "--events-per-s", "0", "--json")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """Mosquitto as we ship it, with a login for each device."""
    (folder := tmp_path / "mosquitto").mkdir()
    made = with_passwords(folder, (*USERS, *NAMES))
    made.start()
    yield made
    made.stop()


def told(ended: "subprocess.CompletedProcess[str]") -> list[dict[str, Any]]:
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_each_logs_in_with_a_password_of_its_own(broker: Mosquitto, tmp_path: Path) -> None:
    (logins := tmp_path / "logins").write_text("".join(f"{name} {PASSWORD}\n" for name in NAMES))
    ended = run_process("simulate", *FEW, "--broker", broker.url, "--logins-file", str(logins))
    assert ended.returncode == 0, ended.stderr
    assert (told(ended)[-1]["connections"], told(ended)[-1]["losses"]) == (AGENTS, {})


def test_each_logs_in_with_a_certificate_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with CertifiedFleet(tmp_path) as fleet:
        for name in NAMES:
            fleet.enrolled(name)
        monkeypatch.setenv("FER_CONTROLLER_BROKER__CA_FILE", str(fleet.ca_file))
        ended = run_process("simulate", *FEW, "--broker", fleet.broker_url, "--certificates", str(fleet.out))
    assert ended.returncode == 0, ended.stderr
    assert (told(ended)[-1]["connections"], told(ended)[-1]["losses"]) == (AGENTS, {})


def test_where_all_share_a_login_it_is_told_what_helps(broker: Mosquitto, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_CONTROLLER_BROKER__USERNAME", "nano-01")
    monkeypatch.setenv("FER_CONTROLLER_BROKER__PASSWORD", PASSWORD)
    ended = run_process("simulate", *FEW, "--broker", broker.url)
    assert "All 3 devices share the login nano-01." in ended.stderr
    assert "give each its own with --certificates or --logins-file." in ended.stderr
    assert told(ended)[-1]["connections"] > AGENTS, "they push each other off"


def test_a_device_without_a_login_is_told_before_anything_starts(tmp_path: Path) -> None:
    ended = run_process("simulate", *FEW, "--broker", "mqtt://127.0.0.1:1", "--certificates", str(tmp_path))
    assert ended.returncode == WRONG_USE
    assert f"make it with `fer-controller enroll sim-0001 --out {tmp_path}`" in " ".join(ended.stderr.split())
    (logins := tmp_path / "logins").write_text("sim-0001 secret\n")
    ended = run_process("simulate", *FEW, "--broker", "mqtt://127.0.0.1:1", "--logins-file", str(logins))
    assert "sim-0002 has no line in --logins-file" in ended.stderr
