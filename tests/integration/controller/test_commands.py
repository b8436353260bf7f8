"""The commands that look at a database, as a user runs them."""

import csv
import json
import subprocess
from pathlib import Path

import pytest
from controller_messages import AT, DEVICE, EPOCH, START, a_batch, an_event, some_telemetry
from controller_process import PROGRAM, json_lines, run, run_process
from fer_controller.store.dead_letters.records import DeadLetter
from fer_controller.store.devices.records import Device
from fer_controller.store.events.records import Gap
from fer_wire import EMOTIONS
from opened_stores import ingest_store
from pyarrow import parquet

KEYS = [
    "device", "camera", "epoch", "seq", "time", "track", "kind", "emotion", "confidence", "probabilities", "box",
    "model", "face_px", "yaw_degrees", "pitch_degrees", "roll_degrees", "device_time", "uncertain",
]  # fmt: skip


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """Sixty events of two devices, some telemetry, a dead letter, a device."""
    path = tmp_path / "fleet.db"
    events = [an_event(seq, emotion="sad" if seq == 7 else "happy") for seq in range(1, 60)]
    with ingest_store(path) as store:
        store.write(
            a_batch(
                *events,
                an_event(1, device="nano-02", time=START.replace(hour=18)),
                telemetry=[some_telemetry()],
                gaps=[Gap(DEVICE, EPOCH, 70, 77, AT)],
                dead_letters=[DeadLetter(AT, "fer/v1/x/status", "Status: no", b"\xff?", 2)],
                devices=[Device(DEVICE, "offline", "run-1", since=AT, reason="[bold]power[/bold]")],
            )
        )
    return path


def test_events_are_json_lines_with_these_keys_in_this_order(db: Path) -> None:
    done = run("events", "--db", str(db), "--json")
    documents = json_lines(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert [list(document) for document in documents] == [KEYS] * 60
    assert [document["seq"] for document in documents[:3]] == [1, 2, 3]
    assert list(documents[0]["box"]) == ["x", "y", "width", "height"]
    assert set(documents[0]["probabilities"]) == set(EMOTIONS)


def test_the_limit_takes_the_newest_ascending(db: Path) -> None:
    documents = json_lines(run("events", "--db", str(db), "--json", "--limit", "2").stdout)
    assert [(document["device"], document["seq"]) for document in documents] == [(DEVICE, 59), ("nano-02", 1)]


def test_filters_narrow_the_events(db: Path) -> None:
    assert [d["seq"] for d in json_lines(run("events", "--db", str(db), "--json", "--emotion", "sad").stdout)] == [7]
    done = run("events", "--db", str(db), "--json", "--device", DEVICE, "--since", "2026-01-31T12:00:58Z")
    assert [d["seq"] for d in json_lines(done.stdout)] == [58, 59]


def test_a_table_shows_the_newest_fifty(db: Path) -> None:
    done = run("events", "--db", str(db))
    assert done.returncode == 0
    assert sum("mini@1/int8" in line for line in done.stdout.splitlines()) == 50


def test_followed_events_are_printed_as_they_are_stored(db: Path) -> None:
    command = [*PROGRAM, "events", "--db", str(db), "--json", "--limit", "1", "--follow"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["device"] == "nano-02"
        with ingest_store(db) as store:
            store.write(a_batch(an_event(60)))
        assert json.loads(process.stdout.readline())["seq"] == 60
        process.terminate()


def test_devices_and_telemetry_and_dead_letters_are_json_lines(db: Path) -> None:
    (device,) = json_lines(run("devices", "--db", str(db), "--json").stdout)
    assert (device["device"], device["state"], device["last_seen"]) == (DEVICE, "offline", None)
    assert device["dropped_events"] == 8
    (telemetry,) = json_lines(run("telemetry", "--db", str(db), "--json").stdout)
    assert telemetry["cameras"][0]["fps"] == 29.5
    (letter,) = json_lines(run("dead-letters", "--db", str(db), "--json").stdout)
    assert (letter["topic"], letter["reason"], letter["payload"]) == ("fer/v1/x/status", "Status: no", "\\xff?")


def test_tables_show_what_devices_say_as_it_is(db: Path) -> None:
    assert "[bold]power[/bold]" in run("devices", "--db", str(db)).stdout
    assert "29.5" in run("telemetry", "--db", str(db)).stdout
    assert "Status: no" in run("dead-letters", "--db", str(db)).stdout


@pytest.mark.parametrize(
    ("name", "asked", "form"),
    [
        ("events.csv", ["--format", "csv"], "csv"),
        ("events.parquet", ["--format", "parquet"], "parquet"),
        ("events.parquet", [], "parquet"),
        ("events.txt", [], "csv"),
        ("events.parquet", ["--format", "csv"], "csv"),
    ],
)
def test_an_export_holds_every_event_that_was_asked_for(
    db: Path, tmp_path: Path, name: str, asked: "list[str]", form: str
) -> None:
    out = tmp_path / name
    done = run("export", "--db", str(db), *asked, "--out", str(out), "--device", DEVICE, "--json")
    assert json.loads(done.stdout) == {
        "file": str(out), "format": form, "events": 59, "size_bytes": out.stat().st_size,
    }  # fmt: skip
    if form == "csv":
        rows = list(csv.DictReader(out.read_text("utf-8").splitlines()))
        assert rows[0]["time"] == "2026-01-31T12:00:01.000Z"
    else:
        rows = parquet.read_table(out).to_pylist()
        assert rows[0]["time"].isoformat() == "2026-01-31T12:00:01+00:00"
    assert [int(row["seq"]) for row in rows] == list(range(1, 60))
    assert float(rows[6]["probability_happy"]) == 0.75
    assert rows[6]["emotion"] == "sad"
    assert not list(tmp_path.glob("*.partial"))


def test_an_export_that_fails_leaves_no_file(db: Path, tmp_path: Path) -> None:
    done = run("export", "--db", str(db), "--out", str(tmp_path / "nowhere" / "events.csv"))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("nowhere/events.csv cannot be written: No such file or directory.\n")


@pytest.mark.parametrize("command", ["events", "devices", "telemetry", "dead-letters"])
def test_a_missing_database_is_one_sentence_and_a_traceback_only_with_debug(tmp_path: Path, command: str) -> None:
    done = run(command, "--db", str(tmp_path / "none.db"))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: There is no database ")
    assert done.stderr.count("\n") == 1
    assert "Traceback" in run(command, "--db", str(tmp_path / "none.db"), "--debug").stderr


@pytest.mark.parametrize(
    "arguments", [["fly"], ["events", "--limit", "many"], ["events", "--since", "soon"], ["export"], ["--no-such"]]
)
def test_wrong_use_is_exit_status_2(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_process_ends_with_the_exit_status_of_its_command(db: Path, tmp_path: Path) -> None:
    done = run_process("totals", "--db", str(db), "--json")
    assert (done.returncode, json.loads(done.stdout)["dropped_events"], done.stderr) == (0, 8, "")
    failed = run_process("totals", "--db", str(tmp_path / "none.db"))
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr.startswith("error: There is no database ")
    assert "Traceback" in run_process("totals", "--db", str(tmp_path / "none.db"), "--debug").stderr


def test_a_wrong_setting_is_one_sentence(tmp_path: Path) -> None:
    done = run_process("serve", "--db", str(tmp_path / "fleet.db"), "--broker", "http://x")
    assert done.returncode == 2
    assert done.stderr.startswith("error: The setting broker.url is wrong: ")


def test_a_closed_pipe_is_silent(db: Path) -> None:
    with ingest_store(db) as store:
        store.write(a_batch(*(an_event(seq) for seq in range(100, 3000))))
    command = [*PROGRAM, "events", "--db", str(db), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
