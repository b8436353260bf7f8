"""What the commands print of rollups."""

from pathlib import Path

import pytest
from arrivals import ALL, arrive, measured
from controller_messages import DEVICE, an_event
from controller_process import json_lines, run
from fer_controller.store.ingest.store import IngestStore
from fer_controller.store.rollups.store import RollupStore


def test_the_commands_print_rollups_as_a_table_and_as_json_lines(
    tmp_path: Path, store: IngestStore, keeping: RollupStore
) -> None:
    arrive(store, an_event(1, kind="start"), an_event(2, emotion="[red]sad[/red]"), telemetry=(measured(0, 20.0),))
    keeping.roll_up_events(ALL)
    keeping.roll_up_telemetry(ALL)
    db = str(tmp_path / "fleet.db")
    (health,) = json_lines(run("telemetry", "--db", db, "--per", "hour", "--json").stdout)
    assert (health["device"], health["samples"], health["fps_mean"]) == (DEVICE, 1, 20.0)
    emotions = json_lines(run("events", "--db", db, "--per", "minute", "--emotion", "happy", "--json").stdout)
    assert [(each["start"], each["events"], each["faces"]) for each in emotions] == [("2026-01-31T12:00:00.000Z", 1, 1)]
    assert "[red]sad[/red]" in run("events", "--db", db, "--per", "hour").stdout
    assert "20.0" in run("telemetry", "--db", db, "--per", "hour").stdout


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("events", "--per", "week"), "--per 'week' is not rolled up; choose one of minute, hour, day."),
        (("events", "--per", "hour", "--kind", "start"), "--kind cannot be given together with --per"),
        (("telemetry", "--per", "hour", "--follow"), "--follow cannot be given together with --per"),
    ],
)
def test_what_cannot_be_asked_of_rollups_is_said(
    tmp_path: Path, store: IngestStore, options: tuple[str, ...], says: str
) -> None:
    assert store.events.last_event_id() == 0
    done = run(*options, "--db", str(tmp_path / "fleet.db"))
    assert done.returncode == 2
    assert says in " ".join(done.stderr.replace("│", " ").split())
