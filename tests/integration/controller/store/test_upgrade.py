"""A database that a fer-controller of five migrations wrote: its SQL dump, and the records that it read there."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from controller_messages import AT, DEVICE, EPOCH, a_batch, an_event
from fer_controller.desk import access
from fer_controller.errors import StoreError
from fer_controller.registry import tokens
from fer_controller.rollout.evidence.measurement import measure
from fer_controller.store import opening
from fer_controller.store.credentials.records import OPERATOR, VIEWER, Token
from fer_controller.store.credentials.store import TokenStore
from fer_controller.store.events.records import StoredEvent
from fer_controller.store.filter import EventFilter
from fer_controller.store.ingest.store import IngestStore
from fer_controller.store.measurements.records import Window
from fer_controller.store.measurements.store import MeasurementStore
from fer_controller.store.rollups.records import HOUR, MINUTE
from fer_controller.store.sqlite.database import SqliteDatabase
from fer_controller.store.subjects import Subjects
from fer_wire.contracts import CLASSIFIER
from pydantic import TypeAdapter

OLD = Path(__file__).with_name("before_one_table_of_tokens")
ANY = EventFilter()
DAY = Window(DEVICE, "2026-01-31T00:00:00.000Z", "2026-02-01T00:00:00.000Z")
ALL = 99


@pytest.fixture
def old_db(tmp_path: Path) -> Path:
    path = tmp_path / "fleet.db"
    connection = sqlite3.connect(path)
    connection.executescript((OLD / "fleet.sql").read_text("utf-8"))
    connection.close()
    return path


@pytest.fixture
def database(old_db: Path) -> Iterator[SqliteDatabase]:
    with opening.writer(old_db) as opened:
        yield opened


def documents(records: Iterable[Any]) -> list[dict[str, Any]]:
    return [
        {name: value.decode("latin-1") if isinstance(value, bytes) else value for name, value in dumped(each).items()}
        for each in records
    ]


def dumped(record: Any) -> dict[str, Any]:
    fields: dict[str, Any] = TypeAdapter(type(record)).dump_python(record)
    return fields


def read(store: Subjects) -> dict[str, Any]:
    """All that the old controller read, by the same names."""
    rollout = store.rollouts.rollouts()[0].id
    return {
        "events": TypeAdapter(list[StoredEvent]).dump_python(store.events.events_page(ANY, ("", 0), ALL)),
        "streams": documents(store.events.streams()),
        "gaps": documents(store.events.gaps()),
        "devices": documents(store.devices.all()),
        "telemetry": documents(store.telemetry.telemetry_stored_after(None, 0, ALL)),
        "dead_letters": documents(store.dead_letters.newest(ALL)),
        "counters": store.dead_letters.counters(),
        "stored": store.events.stored(),
        "dropped": store.events.dropped(),
        "telemetry_rollups": documents(store.rollups.telemetry_rollups(MINUTE, ANY, ALL)),
        "emotion_rollups": documents(store.rollups.emotion_rollups(HOUR, ANY, ALL)),
        "models": documents(store.models.all()),
        "kept_files": sorted(store.models.kept_files()),
        "labels": documents(store.devices.labels()),
        "rollouts": documents(store.rollouts.rollouts()),
        "waves": documents(store.rollouts.waves(rollout)),
        "targets": documents(store.rollouts.targets(rollout)),
        "heard": documents(store.rollouts.heard(rollout)),
        "desired": documents(store.rollouts.desired.of_rollout(rollout)),
        "open_orders": documents(store.rollouts.open_orders()),
        "failures": documents(store.rollouts.failures().values()),
        "audit": documents(store.rollouts.audit()),
        "wave_states": [list(each) for each in store.rollouts.wave_states(rollout)],
    }


def as_then(found: list[dict[str, Any]], then: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without what is measured since, which the old rows know nothing of."""
    added = [{name: row[name] for name in row.keys() - old.keys()} for row, old in zip(found, then, strict=True)]
    assert not any(value for row in added for value in row.values())
    return [{name: row[name] for name in old} for row, old in zip(found, then, strict=True)]


def test_every_record_is_read_as_the_old_controller_read_it(database: SqliteDatabase) -> None:
    then, now = json.loads((OLD / "records.json").read_text("utf-8")), read(Subjects(database))
    (sums,), emotions = then.pop("telemetry_sums"), then.pop("emotion_sums")
    found = measure(MeasurementStore(database), [DAY])[DEVICE]
    assert (found.samples, found.figure("fps"), found.figure("latency_p95_ms")) == (
        sums["samples"], sums["fps"], sums["latency_p95_ms"]
    )  # fmt: skip
    assert found.emotions == {each["emotion"]: each["events"] for each in emotions}
    for message in now["telemetry"]:
        assert message.pop("received_at") == AT
    assert all(entry.pop("hash") for entry in now["audit"])
    for measured in ("audit", "events", "streams", "telemetry_rollups", "emotion_rollups", "devices"):
        now[measured] = as_then(now[measured], then[measured])
    for of_a_task in ("rollouts", "desired"):
        assert {row.pop("task") for row in now[of_a_task]} == {CLASSIFIER}
    for added in ("settings", "previous_settings"):
        assert {row.pop(added) for row in now["targets"]} == {""}
    approval = [(row.pop("digest"), row.pop("approvals_needed"), row.pop("approvals")) for row in now["rollouts"]]
    assert {*approval} == {("", 0, "[]")}
    assert {row.pop("wakes_at") for row in now["rollouts"]} == {""}
    assert {(row.pop("digest"), row.pop("reason")) for row in now["open_orders"]} == {("", "")}
    assert now == then


def test_the_tokens_of_devices_and_operators_open_what_they_opened(database: SqliteDatabase) -> None:
    store = TokenStore(database)
    assert tokens.device_of(store, "token of nano-01") == "nano-01"
    assert tokens.device_of(store, "token of the device alice") == "alice"
    assert tokens.device_of(store, "token of alice") is None
    assert access.who(store, "token of alice") == Token("alice", OPERATOR, AT)
    assert access.who(store, "token of bob") == Token("bob", VIEWER, AT)
    assert access.who(store, "token of nano-01") is None


def test_an_upgraded_database_has_the_shape_of_a_new_one(database: SqliteDatabase, tmp_path: Path) -> None:
    def shape(db: SqliteDatabase) -> set[tuple[str, str]]:
        found = db.connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        return {(row["name"], " ".join(row["sql"].split())) for row in found}

    with opening.writer(tmp_path / "new.db", create=True) as new:
        assert shape(database) == shape(new)


def test_an_upgraded_database_takes_more(database: SqliteDatabase) -> None:
    store = IngestStore(database)
    before = store.events.last_event_id()
    assert store.write(a_batch(an_event(1, kind="start"), an_event(4))).redelivered == 1
    assert store.events.last_event_id() == before + 1
    assert store.events.seqs_above(DEVICE, EPOCH, 3) == [4]


def test_a_reader_of_an_old_database_upgrades_nothing_and_says_what_is_missing(old_db: Path) -> None:
    with opening.reader(old_db) as database:
        assert Subjects(database).events.number_of(DEVICE) == 3
        with pytest.raises(StoreError, match="has no column holder yet; start `fer-controller serve` with it once"):
            TokenStore(database).operators()
