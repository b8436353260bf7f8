"""SQLite's own side of the store: durability, faults, and files that are not ours."""

import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from controller_messages import a_batch, an_event
from fer_controller.errors import StoreError, StoreUnavailable
from fer_controller.store.queries import QUERIES
from fer_controller.store.records import EventFilter
from fer_controller.store.sqlite import SqliteReader, SqliteStore


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "fleet.db"


@pytest.fixture
def store(db: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(db, busy_timeout_s=0.05)
    yield made
    made.close()


def test_the_file_is_in_wal_mode_and_every_commit_is_synced(store: SqliteStore) -> None:
    assert store._db.execute("PRAGMA journal_mode").fetchall() == [("wal",)]
    assert store._db.execute("PRAGMA synchronous").fetchall() == [(2,)]


@pytest.mark.usefixtures("store")
def test_every_table_is_strict(db: Path) -> None:
    connection = sqlite3.connect(db)
    tables = connection.execute("SELECT name, strict FROM pragma_table_list WHERE schema = 'main'").fetchall()
    connection.close()
    ours = {name: strict for name, strict in tables if not name.startswith(("sqlite_", "_sqlite"))}
    assert {"events", "streams", "gaps", "devices", "telemetry", "dead_letters", "counters"} < set(ours)
    assert {"models", "model_files", "tokens", "rollouts", "desired_states"} < set(ours)
    assert set(ours.values()) == {1}


def test_a_reader_looks_on_while_the_writer_writes(db: Path, store: SqliteStore) -> None:
    reader = SqliteReader(db)
    store.write(a_batch(an_event(1)))
    assert reader.last_event_id() == 1
    store.write(a_batch(an_event(2)))
    assert [event.seq for event in reader.events_page(EventFilter(), ("", 0), 10)] == [1, 2]
    reader.close()


def test_what_was_written_is_there_after_a_kill(db: Path) -> None:
    program = (
        "import os, signal\n"
        "from pathlib import Path\n"
        "from controller_messages import a_batch, an_event\n"
        "from fer_controller.store.sqlite import SqliteStore\n"
        f"store = SqliteStore(Path({str(db)!r}))\n"
        "store.write(a_batch(an_event(1), an_event(2)))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    tests = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", program], check=False, env={"PYTHONPATH": str(tests)})
    store = SqliteStore(db)
    assert store.last_event_id() == 2
    store.close()


def test_a_batch_is_stored_whole_or_not_at_all(store: SqliteStore) -> None:
    torn = a_batch(an_event(1), an_event(2).model_copy(update={"camera": None}))
    with pytest.raises(StoreError):
        store.write(torn)
    assert store.last_event_id() == 0
    store.write(a_batch(an_event(1)))
    assert store.last_event_id() == 1


def test_a_database_locked_by_another_process_can_be_written_later(db: Path, store: SqliteStore) -> None:
    other = sqlite3.connect(db, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match=r"fleet\.db is locked by another process"):
        store.write(a_batch(an_event(1)))
    other.execute("ROLLBACK")
    other.close()
    store.write(a_batch(an_event(1)))
    assert store.last_event_id() == 1


def test_a_full_disk_is_told_and_loses_nothing_that_is_tried_again(store: SqliteStore) -> None:
    (pages,) = store._db.execute("PRAGMA page_count").fetchall()[0]
    store._db.execute(f"PRAGMA max_page_count = {pages}").fetchall()
    batch = a_batch(*(an_event(seq) for seq in range(1, 500)))
    with pytest.raises(StoreUnavailable, match=r"The disk that holds .*fleet\.db is full"):
        store.write(batch)
    assert store.last_event_id() == 0
    store._db.execute("PRAGMA max_page_count = 1000000").fetchall()
    assert store.write(batch).events == 499


@pytest.mark.usefixtures("store")
def test_two_controllers_cannot_serve_one_database(db: Path) -> None:
    with pytest.raises(StoreError, match=r"Another fer-controller serves .*fleet\.db \(pid \d+\)"):
        SqliteStore(db)


def test_the_lock_is_free_again_after_close(db: Path) -> None:
    SqliteStore(db).close()
    SqliteStore(db).close()


def test_a_file_that_is_no_database_is_left_alone(db: Path) -> None:
    db.write_text("My diary, page 1. " * 100)
    with pytest.raises(StoreError, match=r"fleet\.db is no SQLite database"):
        SqliteStore(db)
    with pytest.raises(StoreError, match=r"fleet\.db is no SQLite database"):
        SqliteReader(db)
    assert db.read_text().startswith("My diary")


def test_somebody_elses_database_is_left_alone(db: Path) -> None:
    other = sqlite3.connect(db)
    other.execute("CREATE TABLE diary (page TEXT)")
    other.close()
    with pytest.raises(StoreError, match="is an SQLite database of something else"):
        SqliteStore(db)


def test_a_database_of_a_newer_controller_is_left_alone(db: Path) -> None:
    SqliteStore(db).close()
    other = sqlite3.connect(db)
    with other:
        other.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('fer_controller', 'm999_x', '')"
        )
    other.close()
    for opened in (SqliteStore, SqliteReader):
        with pytest.raises(StoreError, match=r"was written by a newer fer-controller \(m999_x\)"):
            opened(db)


def test_a_missing_database_is_told_with_the_remedy(db: Path) -> None:
    with pytest.raises(StoreError, match=r"There is no database .*fleet\.db; name it with --db"):
        SqliteReader(db)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened: No such file or directory"):
        SqliteStore(tmp_path / "nowhere" / "fleet.db")


def test_a_damaged_database_is_told(db: Path) -> None:
    store = SqliteStore(db)
    store.write(a_batch(*(an_event(seq) for seq in range(1, 2000))))
    store.close()
    content = bytearray(db.read_bytes())
    content[8192:-8192] = b"\xa5" * (len(content) - 16384)
    db.write_bytes(content)
    with pytest.raises(StoreError, match="is damaged"):
        SqliteReader(db)


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("device", [None, "nano-01"])
def test_listing_by_time_takes_an_index(db: Path, device: str | None) -> None:
    name = "events_page" if device is None else "events_page_of_device"
    values = {
        **dict.fromkeys(("device", "camera", "emotion", "kind", "track")),
        "after_time": "",
        "after_id": 0,
        "since": "",
        "until": "~",
        "limit": 9,
    }
    connection = sqlite3.connect(db)
    plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {QUERIES[name]}", values))
    connection.close()
    assert "events_by_time" in plan if device is None else "events_by_device_and_time" in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("query", "way"),
    [
        ("events_stored_after", "SEARCH events USING INTEGER PRIMARY KEY (rowid>?)"),
        ("telemetry_stored_after", "SEARCH telemetry USING INTEGER PRIMARY KEY (rowid>?)"),
        ("newest_telemetry_of_device", "SEARCH telemetry USING INDEX sqlite_autoindex_telemetry_1 (device=?)"),
    ],
)
def test_what_is_asked_every_second_costs_no_more_when_much_is_stored(db: Path, query: str, way: str) -> None:
    values = dict.fromkeys(re.findall(r":(\w+)", QUERIES[query]))
    connection = sqlite3.connect(db)
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {QUERIES[query]}", values)]
    connection.close()
    assert way in plan
    assert not any("SCAN events" in step or "SCAN telemetry" in step for step in plan)
