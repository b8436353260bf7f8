"""docs/howto/past-one-machine.md as a reader pastes it: ingests, a leader, a broker and the database die."""

import json
from pathlib import Path

import pytest
import real_broker
import real_postgres
from acceptance.pasted_page import pasted

LEAVE = "kill $(jobs -p); wait; database stop -m fast\n"
SHOW = (
    'fer-controller totals --json > "$TRY/totals.json"; fer-controller rollouts list --json > "$TRY/rollouts.json"\n'
    'grep -h dropped "$TRY"/*.log > "$TRY/dropped"\n'
)
PATIENCE_S = 1500

pytestmark = [pytest.mark.machines, pytest.mark.mosquitto, pytest.mark.timeout(PATIENCE_S + 60)]


def test_what_devices_count_is_what_is_stored_whatever_dies() -> None:
    real_broker.installed()
    real_postgres.installed()
    with real_postgres.open_folder() as below:
        folder, printed = pasted("howto/past-one-machine.md", SHOW, LEAVE, Path(below), PATIENCE_S)
        assert (folder / "dropped").exists(), printed[-3000:]
        expect_all_counted(folder, printed)


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
