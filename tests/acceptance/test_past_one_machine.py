"""docs/howto/past-one-machine.md as a reader pastes it: ingests, a leader, a broker and the database die."""

import json
import os
import re
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
import real_broker
import real_postgres
from acceptance.fleet import BIN

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "howto" / "past-one-machine.md"
LEAVE = "kill $(jobs -p); wait; database stop -m fast\n"
SHOW = (
    'fer-controller totals --json > "$TRY/totals.json"; fer-controller rollouts list --json > "$TRY/rollouts.json"\n'
    'grep -h dropped "$TRY"/*.log > "$TRY/dropped"; echo "$TRY" > "$HERE"\n'
)
PATIENCE_S = 1500

pytestmark = [pytest.mark.machines, pytest.mark.mosquitto, pytest.mark.timeout(PATIENCE_S + 60)]


def blocks() -> str:
    """Everything between ```sh and ```, with what this test wants to know before the end."""
    script = "".join(re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL))
    assert script.endswith(LEAVE)
    return script.removesuffix(LEAVE) + SHOW + LEAVE


def test_what_devices_count_is_what_is_stored_whatever_dies(tmp_path: Path) -> None:
    real_broker.installed()
    real_postgres.installed()
    here = tmp_path / "here"
    environment = {**os.environ, "HERE": str(here), "PATH": f"{BIN}:{os.environ['PATH']}"}
    shell = subprocess.Popen(
        ["bash", "-c", blocks()], cwd=ROOT, env=environment, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        printed, _ = shell.communicate(timeout=PATIENCE_S)
    finally:
        with suppress(ProcessLookupError):  # what it began may outlive it
            os.killpg(shell.pid, signal.SIGKILL)
    assert here.exists(), printed[-3000:]
    folder = Path(here.read_text().strip())
    try:
        expect_all_counted(folder, printed)
    finally:
        shutil.rmtree(folder)


def expect_all_counted(folder: Path, printed: str) -> None:
    assert "Everything was delivered." in printed, printed[-3000:]
    assert "lab-0001 runs anew" in printed
    assert "shop-0150 runs anew" in printed
    assert "It is simulated as x86" in printed
    assert "The rollout is completed: 300 committed." in printed
    devices = [json.loads((folder / f"{name}.json").read_text().splitlines()[-1]) for name in ("lab", "shop")]
    totals = json.loads((folder / "totals.json").read_text())
    assert totals["events"] == sum(each["events"] for each in devices)
    assert (totals["dropped_events"], totals["dead_letters"]) == (0, 0)
    assert [each["crashes"] for each in devices] == [0, 0]
    assert (folder / "dropped").read_text() == ""
