"""SQLite's own side of the store: durability, faults, and files of other programs."""

import re
import resource
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from controller_messages import a_batch, an_event
from fer_controller.errors import StoreError, StoreUnavailable
from fer_controller.store import opening
from fer_controller.store.events.store import EventStore
from fer_controller.store.filter import EventFilter, Where
from fer_controller.store.ingest.store import IngestStore
from fer_controller.store.queries import QUERIES
from fer_controller.store.sqlite.database import SqliteDatabase
from hypothesis import given
from hypothesis import strategies as st


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "fleet.db"


@pytest.fixture
def database(db: Path) -> Iterator[SqliteDatabase]:
    with opening.writer(db, create=True, timeout_s=0.05) as opened:
        yield opened


@pytest.fixture
def store(database: SqliteDatabase) -> IngestStore:
    return IngestStore(database)


def test_the_file_is_in_wal_mode_and_every_commit_is_synced(database: SqliteDatabase) -> None:
    assert database.connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert database.connection.execute("PRAGMA synchronous").fetchone()[0] == 2


@pytest.mark.usefixtures("store")
def test_every_table_is_strict(db: Path) -> None:
    connection = sqlite3.connect(db)
    tables = connection.execute("SELECT name, strict FROM pragma_table_list WHERE schema = 'main'").fetchall()
    connection.close()
    ours = {name: strict for name, strict in tables if not name.startswith(("sqlite_", "_sqlite"))}
    assert {"events", "streams", "gaps", "devices", "telemetry", "dead_letters", "counters"} < set(ours)
    assert {"models", "model_files", "tokens", "rollouts", "desired_states"} < set(ours)
    assert set(ours.values()) == {1}


def test_a_reader_looks_on_while_the_writer_writes(db: Path, store: IngestStore) -> None:
    with opening.reader(db) as reading:
        reader = EventStore(reading)
        store.write(a_batch(an_event(1)))
        assert reader.last_event_id() == 1
        store.write(a_batch(an_event(2)))
        assert [event.seq for event in reader.events_page(EventFilter(), ("", 0), 10)] == [1, 2]


def test_what_was_written_is_there_after_a_kill(db: Path) -> None:
    program = (
        "import os, signal\n"
        "from pathlib import Path\n"
        "from controller_messages import a_batch, an_event\n"
        "from fer_controller.store import opening\n"
        "from fer_controller.store.ingest.store import IngestStore\n"
        f"store = IngestStore(opening.writer(Path({str(db)!r}), create=True))\n"
        "store.write(a_batch(an_event(1), an_event(2)))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    tests = Path(__file__).parents[3]
    subprocess.run([sys.executable, "-c", program], check=False, env={"PYTHONPATH": str(tests)})
    with opening.reader(db) as database:
        assert EventStore(database).last_event_id() == 2


def test_a_batch_is_stored_whole_or_not_at_all(store: IngestStore) -> None:
    torn = a_batch(an_event(1), an_event(2).model_copy(update={"camera": None}))
    with pytest.raises(StoreError):
        store.write(torn)
    assert store.events.last_event_id() == 0
    store.write(a_batch(an_event(1)))
    assert store.events.last_event_id() == 1


def test_a_database_locked_by_another_process_can_be_written_later(db: Path, store: IngestStore) -> None:
    other = sqlite3.connect(db, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match=r"fleet\.db is locked by another process"):
        store.write(a_batch(an_event(1)))
    other.execute("ROLLBACK")
    other.close()
    store.write(a_batch(an_event(1)))
    assert store.events.last_event_id() == 1


def test_a_full_disk_is_told_and_loses_nothing_that_is_tried_again(
    database: SqliteDatabase, store: IngestStore
) -> None:
    (pages,) = database.connection.execute("PRAGMA page_count").fetchone()
    database.connection.execute(f"PRAGMA max_page_count = {pages}").fetchall()
    batch = a_batch(*(an_event(seq) for seq in range(1, 500)))
    with pytest.raises(StoreUnavailable, match=r"The disk that holds .*fleet\.db is full"):
        store.write(batch)
    assert store.events.last_event_id() == 0
    database.connection.execute("PRAGMA max_page_count = 1000000").fetchall()
    assert store.write(batch).events == 499


def test_a_file_that_is_no_database_is_left_alone(db: Path) -> None:
    db.write_text("My diary, page 1. " * 100)
    with pytest.raises(StoreError, match=r"fleet\.db is not an SQLite database"):
        opening.writer(db, create=True)
    with pytest.raises(StoreError, match=r"fleet\.db is not an SQLite database"):
        opening.reader(db)
    assert db.read_text().startswith("My diary")


def test_somebody_elses_database_is_left_alone(db: Path) -> None:
    other = sqlite3.connect(db)
    other.execute("CREATE TABLE diary (page TEXT)")
    other.close()
    with pytest.raises(StoreError, match="is an SQLite database of another program"):
        opening.writer(db, create=True)


def test_a_database_of_a_newer_controller_is_left_alone(db: Path) -> None:
    opening.writer(db, create=True).close()
    other = sqlite3.connect(db)
    with other:
        other.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('fer_controller', 'm999_x', '')"
        )
    other.close()
    for opened in (opening.writer, opening.reader):
        with pytest.raises(StoreError, match=r"was written by a newer fer-controller \(m999_x\)"):
            opened(db)


def test_a_missing_database_is_told_with_the_remedy(db: Path) -> None:
    with pytest.raises(StoreError, match=r"There is no database .*fleet\.db; name it with --db"):
        opening.reader(db)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="or a file beside it cannot be opened"):
        opening.writer(tmp_path / "nowhere" / "fleet.db", create=True)


def test_a_damaged_database_is_told(db: Path) -> None:
    with opening.writer(db, create=True) as database:
        IngestStore(database).write(a_batch(*(an_event(seq) for seq in range(1, 2000))))
    content = bytearray(db.read_bytes())
    content[8192:-8192] = b"\xa5" * (len(content) - 16384)
    db.write_bytes(content)
    with pytest.raises(StoreError, match="is damaged"):
        opening.reader(db)


def plan_of(database: SqliteDatabase, query: str, values: dict[str, Any], **parts: object) -> list[str]:
    text = QUERIES[query].format(**parts) if parts else QUERIES[query]
    everything = {**dict.fromkeys(re.findall(r":(\w+)", text)), **values}
    return [row["detail"] for row in database.connection.execute(f"EXPLAIN QUERY PLAN {text}", everything)]


@pytest.mark.parametrize("query", ["events_page", "newest_events"])
@pytest.mark.parametrize(("device", "index"), [(None, "events_by_time"), ("nano-01", "events_by_device_and_time")])
def test_listing_by_time_takes_an_index(database: SqliteDatabase, query: str, device: str | None, index: str) -> None:
    where = Where(EventFilter(device=device), EventFilter)
    steps = plan_of(database, query, where.values, where=where)
    assert any(f"USING INDEX {index} (" in step for step in steps)
    assert steps.count("USE TEMP B-TREE FOR ORDER BY") == (query == "newest_events")  # to turn the newest around


@pytest.mark.parametrize("device", [None, "nano-01"])
def test_following_events_costs_no_more_when_many_are_stored(database: SqliteDatabase, device: str | None) -> None:
    where = Where(EventFilter(device=device), EventFilter)
    plan = plan_of(database, "events_stored_after", where.values, where=where)
    assert plan == ["SEARCH events USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"]


def test_measuring_a_device_reads_its_events_alone_and_of_its_window_alone(database: SqliteDatabase) -> None:
    plan = plan_of(database, "track_emotions", {"windows": "[]"})
    assert "SEARCH e USING INDEX events_by_device (device=? AND rowid>? AND rowid<?)" in plan
    assert not any(step.startswith("SCAN e") for step in plan)


@given(st.sets(st.integers(1, 20), max_size=6), st.integers(0, 21))
def test_the_first_arrival_since_a_time_is_found_among_the_ids(arrivals: set[int], since: int) -> None:
    with TemporaryDirectory() as folder, opening.writer(Path(folder) / "fleet.db", create=True) as database:
        store = IngestStore(database)
        for seq, second in enumerate(sorted(arrivals), start=1):
            store.write(replace(a_batch(an_event(seq)), received_at=f"2026-01-31T12:00:{second:02}.000Z"))
        with database.transaction():
            database.connection.execute("DELETE FROM events WHERE id % 3 = 0")
        wanted = f"2026-01-31T12:00:{since:02}.000Z"
        ids = [row[0] for row in database.connection.execute("SELECT id FROM events WHERE received_at >= ?", (wanted,))]
        first = EventStore(database).first_arrived(wanted)
        assert ids == [each for each in event_ids(database) if each >= first]


def event_ids(database: SqliteDatabase) -> list[int]:
    return [row[0] for row in database.connection.execute("SELECT id FROM events ORDER BY id")]


def test_a_fault_that_is_no_conflict_stores_nothing_of_the_batch(database: SqliteDatabase, store: IngestStore) -> None:
    database.connection.execute(
        "CREATE TRIGGER fault BEFORE INSERT ON events WHEN new.seq = 2 BEGIN SELECT RAISE(FAIL, 'no'); END"
    )
    with pytest.raises(StoreError):
        store.write(a_batch(an_event(1), an_event(2), an_event(3)))
    assert EventStore(database).last_event_id() == 0


@pytest.mark.parametrize(
    ("query", "way"),
    [
        ("telemetry_stored_after", "SEARCH telemetry USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        ("newest_telemetry_of_device", "SEARCH telemetry USING INDEX telemetry_by_arrival (device=?)"),
    ],
)
def test_following_telemetry_costs_no_more_when_much_is_stored(database: SqliteDatabase, query: str, way: str) -> None:
    plan = plan_of(database, query, {})
    assert way in plan
    assert not any("SCAN telemetry" in step for step in plan)


@pytest.mark.parametrize("room_bytes", [0, 100, 4096, 20_000, 100_000])
def test_a_database_begun_on_a_full_disk_is_whole_or_not_there(db: Path, room_bytes: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room_bytes, hard))
    try:
        with pytest.raises(StoreUnavailable, match=r"The disk that holds .*fleet\.db is full|reports errors"):
            opening.writer(db, create=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(db.parent.iterdir()) == []
    opening.writer(db, create=True).close()
    opening.reader(db).close()


def test_of_two_who_begin_a_database_the_second_takes_the_firsts(db: Path) -> None:
    opened, taken = threading.Barrier(2), []

    def begin() -> None:
        opened.wait()
        with opening.writer(db, create=True) as database:
            taken.append(database.path.stat().st_ino)

    threads = [threading.Thread(target=begin) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken == [db.stat().st_ino] * 2
    assert not list(db.parent.glob("*.partial*"))


def test_what_a_long_look_let_the_log_grow_to_is_given_back(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = 100_000
    monkeypatch.setattr("fer_controller.store.sqlite.database.LONG_LOG_BYTES", limit)
    monkeypatch.setattr("fer_controller.store.sqlite.database.CHECKPOINT_PAGES", 10)
    log = db.with_name("fleet.db-wal")
    with opening.writer(db, create=True) as database, opening.reader(db) as looking:
        store = IngestStore(database)
        looking.connection.execute("BEGIN")
        looking.connection.execute("SELECT count(*) FROM events").fetchall()
        for seq in range(1, 60):
            store.write(a_batch(an_event(seq)))
        assert log.stat().st_size > 2 * limit
        looking.connection.execute("ROLLBACK")
        for seq in range(60, 63):
            store.write(a_batch(an_event(seq)))
        assert log.stat().st_size <= limit
