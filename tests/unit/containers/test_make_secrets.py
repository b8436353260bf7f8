"""The logins of a broker in a container are made once, and read by nobody else on the machine."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest


@pytest.fixture
def script(tmp_path: Path, root: Path) -> Path:
    return Path(shutil.copy(root / "containers" / "make-secrets.sh", tmp_path))


def said(script: Path, *devices: str) -> str:
    return subprocess.run([script, *devices], capture_output=True, text=True, check=True).stdout


def logins(script: Path) -> dict[str, str]:
    lines = (script.parent / "secrets" / "logins").read_text().splitlines()
    return dict(line.split(":") for line in lines)


def test_controller_and_devices_get_a_login_each(script: Path) -> None:
    shown = said(script, "nano-01", "nano.01")
    made = logins(script)
    assert set(made) == {"fer-controller", "fer-rollouts", "nano-01", "nano.01"}
    assert len(set(made.values())) == len(made)
    assert all(re.fullmatch(r"[0-9a-f]{48}", password) for password in made.values())
    assert shown == f"nano-01 {made['nano-01']}\nnano.01 {made['nano.01']}\n"


def test_the_controller_is_told_its_own(script: Path) -> None:
    said(script)
    told = tomllib.loads((script.parent / "secrets" / "controller.toml").read_text())["broker"]
    made = logins(script)
    assert made == {told["username"]: told["password"], told["rollouts_username"]: told["rollouts_password"]}


def test_a_later_run_keeps_what_is_there(script: Path) -> None:
    said(script, "nano-01")
    first = logins(script)
    said(script, "nano-01", "nano-02")
    assert logins(script) == {**first, "nano-02": logins(script)["nano-02"]}


def test_the_folder_keeps_others_out_and_lets_containers_read(script: Path) -> None:
    said(script)
    folder = script.parent / "secrets"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o644}


@pytest.mark.parametrize("name", ["", "two words", "nano:01", "x\nfer-controller"])
def test_what_cannot_be_a_name_is_refused_before_anything_is_made(script: Path, name: str) -> None:
    done = subprocess.run([script, "nano-01", name], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        2, f"\"{name}\" is no name of a device; take letters, digits, '.', '_' and '-'.\n",
    )  # fmt: skip
    assert not (script.parent / "secrets").exists()
