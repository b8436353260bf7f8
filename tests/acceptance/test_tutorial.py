"""docs/tutorial.md as a reader pastes it: a good model commits everywhere, a bad one stops itself at the canary."""

import json
import re
from pathlib import Path

import pytest
from acceptance.pasted_page import pasted

LEAVE_FIRST = "kill $(jobs -p); wait\n"
SHOW = "fer-controller rollouts list --json > $TRY/rollouts.jsonl\nfer-controller devices --json > $TRY/devices.jsonl\n"
CANARY = 1


def json_lines(path: Path) -> "list[dict[str, object]]":
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.machines
@pytest.mark.timeout(600)
def test_the_tutorial_does_what_it_says(tmp_path: Path) -> None:
    folder, printed = pasted("tutorial.md", SHOW, LEAVE_FIRST, tmp_path, timeout_s=540)
    assert (folder / "devices.jsonl").exists(), printed[-3000:]
    bad, good = json_lines(folder / "rollouts.jsonl")
    assert (good["state"], bad["state"]) == ("completed", "rolled_back"), (good["reason"], printed)
    assert "emotion" in str(bad["reason"])
    assert "It did not complete." in printed
    models = {str(device["model"]) for device in json_lines(folder / "devices.jsonl")}
    assert models == {f"{good['model']}/fp16"}
    exposed = re.search(r"(\d+) of \d+ devices run what they ran before", printed)
    assert exposed
    assert int(exposed[1]) == CANARY
