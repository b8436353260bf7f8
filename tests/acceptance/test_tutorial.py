"""docs/tutorial.md as a reader pastes it: a good model commits everywhere, a bad one stops itself at the canary."""

import json
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest
from acceptance.fleet import BIN

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "tutorial.md"
LEAVE_FIRST = "kill $(jobs -p); wait\n"
SHOW = "fer-controller rollouts list --json > $TRY/rollouts.jsonl\nfer-controller devices --json > $TRY/devices.jsonl\n"
CANARY = 1


def blocks() -> str:
    """Everything between ```sh and ```, with what this test wants to know before the end."""
    script = "".join(re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL))
    assert script.endswith(LEAVE_FIRST)
    return script.removesuffix(LEAVE_FIRST) + SHOW + 'echo "$TRY" > "$HERE"\n' + LEAVE_FIRST


def json_lines(path: Path) -> "list[dict[str, object]]":
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.machines
@pytest.mark.timeout(600)
def test_the_tutorial_does_what_it_says(tmp_path: Path) -> None:
    here = tmp_path / "here"
    environment = {**os.environ, "HERE": str(here), "PATH": f"{BIN}:{os.environ['PATH']}"}
    shell = subprocess.Popen(
        ["bash", "-c", blocks()], cwd=ROOT, env=environment, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        printed, _ = shell.communicate(timeout=540)
    finally:
        if shell.poll() is None:
            os.killpg(shell.pid, signal.SIGKILL)
    assert here.exists(), printed[-3000:]
    folder = Path(here.read_text().strip())
    bad, good = json_lines(folder / "rollouts.jsonl")
    assert (good["state"], bad["state"]) == ("completed", "rolled_back"), (good["reason"], printed)
    assert "emotion" in str(bad["reason"])
    assert "It did not complete." in printed
    models = {str(device["model"]) for device in json_lines(folder / "devices.jsonl")}
    assert models == {f"{good['model']}/fp16"}
    exposed = re.search(r"(\d+) of \d+ devices run what they ran before", printed)
    assert exposed
    assert int(exposed[1]) == CANARY
