"""A connection that is confined to some devices sees and changes no row of others, whatever the query and the table."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from controller_messages import AT, DEVICE
from fer_controller.errors import OutOfReachError
from fer_controller.operations.labels import RELABEL
from fer_controller.operations.plans import DEPLOY
from fer_controller.registry import tokens
from fer_controller.rollout import audit
from fer_controller.rollout.devices.relabel import Relabel
from fer_controller.rollout.planning.request import DeployRequest
from fer_controller.store import opening
from fer_controller.store.rollouts.records import Changes, Failures
from fer_controller.store.sqlite.database import SqliteDatabase
from fer_controller.store.subjects import Subjects
from served_fleet import ServedFleet

GIVEN, VICTIM = ("orin-03", "orin-04"), "orin-05"
FOREIGN = (DEVICE, "nano-02", VICTIM, "orin-00", "orin-01", "orin-02", "orin-06", "orin-07", "orin-08", "orin-09")
OWNERS = {"tokens": "holder", "certificates": "holder"}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    """Of a fleet in which every device left something in every table that has a device, and a rollout has several."""
    fleet = ServedFleet(tmp_path)
    known = Subjects(fleet.database)
    for device in (VICTIM, GIVEN[0]):
        tokens.make(known.tokens, device)
        known.devices.revoke(device, AT, "root@here")
    with fleet.near() as desk:
        desk.ask(RELABEL, Relabel(devices=(VICTIM, GIVEN[0]), labels=("room=b",)))
        desk.ask(DEPLOY, DeployRequest(precision="fp32"))
    known.rollouts.write(
        Changes(failures={name: Failures(name, 3, AT, f"{name} crashed") for name in (VICTIM, *GIVEN)})
    )
    fleet.database.close()
    with opening.writer(fleet.db) as opened:
        yield opened


def owners(database: SqliteDatabase) -> "dict[str, str]":
    """The tables, and the column that says whose a row is; empty where none does."""
    found = {}
    for row in database.connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall():
        table = row["name"]
        columns = {each["name"] for each in database.connection.execute(f"PRAGMA table_info({table})")}
        if not table.startswith(("_", "sqlite_")):
            found[table] = OWNERS.get(table, "device" if "device" in columns else "")
    return found


def test_of_every_table_a_look_sees_what_is_in_reach_and_of_a_new_one_nothing(database: SqliteDatabase) -> None:
    database.connection.execute("CREATE TABLE secrets (name TEXT)")
    database.connection.execute("INSERT INTO secrets VALUES ('of somebody')")
    database.confine_looks(GIVEN)
    seen = {
        table: json.dumps([tuple(map(str, row)) for row in database.connection.execute(f"SELECT * FROM {table}")])  # noqa: S608
        for table in owners(database)
    }
    assert [(table, name) for table, rows in seen.items() for name in FOREIGN if name in rows] == []
    assert seen["secrets"] == "[]"
    assert all(GIVEN[0] in seen[table] for table in ("devices", "labels", "device_failures", "revoked_devices"))


def test_a_new_table_with_devices_shows_theirs(database: SqliteDatabase) -> None:
    database.connection.execute("CREATE TABLE notes (device TEXT, note TEXT)")
    database.connection.execute("INSERT INTO notes VALUES (?, 'a'), (?, 'b')", (VICTIM, GIVEN[0]))
    database.confine_looks(GIVEN)
    assert [tuple(row) for row in database.connection.execute("SELECT * FROM notes")] == [(GIVEN[0], "b")]


@pytest.mark.parametrize("change", ["DELETE FROM {table} WHERE {beyond}", "UPDATE {table} SET {row} WHERE {beyond}"])
def test_in_no_table_a_change_touches_a_row_out_of_reach(database: SqliteDatabase, change: str) -> None:
    database.confine_changes(GIVEN)
    tried = 0
    for table, owner in owners(database).items():
        column = next(row["name"] for row in database.connection.execute(f"PRAGMA table_info({table})"))
        beyond = f"{owner} NOT IN {GIVEN} AND {owner} <> ''" if owner else "1"
        if database.connection.execute(f"SELECT 1 FROM {table} WHERE {beyond}").fetchone():  # noqa: S608
            tried += 1
            with pytest.raises(OutOfReachError), database.transaction():
                database.connection.execute(change.format(table=table, row=f"{column} = {column}", beyond=beyond))
    assert tried > 15


def test_no_row_is_added_for_a_device_out_of_reach_and_one_in_reach_is(database: SqliteDatabase) -> None:
    database.confine_changes(GIVEN)
    known = Subjects(database)
    with pytest.raises(OutOfReachError):
        tokens.make(known.tokens, DEVICE)
    with pytest.raises(OutOfReachError):
        known.devices.revoke("orin-06", AT, "anna")
    tokens.make(known.tokens, GIVEN[1])
    known.devices.revoke(GIVEN[1], AT, "anna")


def test_a_row_is_not_handed_over_to_a_device_out_of_reach(database: SqliteDatabase) -> None:
    database.confine_changes(GIVEN)
    with pytest.raises(OutOfReachError), database.transaction():
        database.connection.execute("UPDATE labels SET device = ? WHERE device = ?", (VICTIM, GIVEN[0]))


def test_no_order_and_no_entry_is_written_for_a_rollout_that_reaches_beyond(database: SqliteDatabase) -> None:
    database.confine_changes(GIVEN)
    known = Subjects(database)
    (row,) = known.rollouts.rollouts()
    with pytest.raises(OutOfReachError):
        known.rollouts.give(row.id, "abort", "anna", AT)
    for entry in (audit.act("x", "y", "anna", rollout=row.id), audit.act("x", "y", "anna", device=VICTIM)):
        with pytest.raises(OutOfReachError):
            known.audit.append([entry])
    known.audit.append([audit.act("x", "y", "anna", device=GIVEN[0])])


def test_a_confined_look_measures_what_it_may_without_the_indexes_that_queries_name(database: SqliteDatabase) -> None:
    database.confine_looks(("nano-01",))
    known = Subjects(database)
    assert [each.device for each in known.telemetry.newest_of_each()] == ["nano-01"]
    assert len(known.telemetry.newest_telemetry("nano-01", 10)) == 2
    assert known.telemetry.newest_telemetry("nano-02", 10) == []
