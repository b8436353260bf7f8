"""The same fleet in SQLite and in PostgreSQL: whatever is asked, by whomever, the answers are the same."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from controller_messages import AT, DEVICE
from fer_controller.desk.local import LocalDesk
from fer_controller.errors import ControllerError, OutOfReachError
from fer_controller.operations.fleet import FORGET, REVOKE, ForgetRequest, RevokeRequest
from fer_controller.operations.labels import RELABEL
from fer_controller.operations.operation import Operation
from fer_controller.operations.plans import DEPLOY
from fer_controller.registry import tokens
from fer_controller.rollout.devices.relabel import Relabel
from fer_controller.rollout.planning.request import DeployRequest
from fer_controller.settings import PostgresUrl
from fer_controller.store import opening
from fer_controller.store.credentials.records import ADMIN
from fer_controller.store.postgresql import schema
from fer_controller.store.postgresql.database import PostgresDatabase
from fer_controller.store.sqlite.database import SqliteDatabase
from fer_controller.store.subjects import Subjects
from pydantic import BaseModel
from real_postgres import Postgres
from served_fleet import ServedFleet

from .test_desk import LOOKS

GIVEN = ("nano-02", "orin-05")
ROOM = "room=b"
TODAY = re.compile(r"20[2-9]\d-\d\d-\d\dT[\d:.]+Z")
OF_THE_RECORDS = "2026-01-31"
MADE = re.compile(r"r-[0-9a-z-]{6,}|\b[0-9a-f]{64}\b|[\w+/]{80,}==")
SELECTORS = ("", ROOM)
COLUMNS_OF_ONE = {"rollouts": {"rowid"}, "telemetry": {"day"}}
TABLES_OF_ONE = {"runs_ahead", "brokers", "model_contents", "orders_due", "event_hours", "best_faces"}
"""What several processes need alone, or one file alone."""


def fleet(folder: Path, on: PostgresUrl | None = None) -> ServedFleet:
    folder.mkdir()
    made = ServedFleet(folder, on=on)
    known = Subjects(made.database)
    for device in (DEVICE, GIVEN[0]):
        tokens.make(known.tokens, device)
        known.devices.revoke(device, AT, "root@here")
    with made.near() as desk:
        desk.ask(RELABEL, Relabel(devices=GIVEN, labels=(ROOM,)))
        desk.ask(DEPLOY, DeployRequest(precision="fp32"))
    return made


@pytest.fixture(scope="module")
def fleets(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> "Iterator[list[ServedFleet]]":
    folder = tmp_path_factory.mktemp("fleets")
    made = [fleet(folder / "file"), fleet(folder / "server", postgres.database())]
    yield made
    for each in made:
        each.database.close()


def said(fleet: ServedFleet, selector: str, operation: "Operation[Any, Any]", asked: BaseModel) -> str:
    """The answer or the refusal, without what differs from one making of a fleet to the next."""
    with LocalDesk(fleet.place, "anna", ADMIN, selector=selector) as desk:
        try:
            answer = json.dumps(operation.dumped(desk.ask(operation, asked)), sort_keys=True)
        except ControllerError as error:
            answer = str(error)
    at = TODAY.sub(lambda found: found[0] if found[0].startswith(OF_THE_RECORDS) else "TODAY", answer)
    return MADE.sub("MADE", at)


@pytest.mark.parametrize("selector", SELECTORS)
@pytest.mark.parametrize("look", LOOKS)
def test_a_look_shows_the_same(fleets: "list[ServedFleet]", look: str, selector: str) -> None:
    here, there = (said(each, selector, *LOOKS[look]) for each in fleets)
    assert there == here


@pytest.mark.parametrize(
    ("operation", "asked"),
    [
        (FORGET, ForgetRequest(device="orin-06")),
        (REVOKE, RevokeRequest(device=DEVICE)),
        (RELABEL, Relabel(devices=("orin-07",), labels=("room=b",))),
        (DEPLOY, DeployRequest(precision="fp32", devices=("orin-08",))),
    ],
)
def test_a_change_beyond_an_operators_devices_is_refused_alike(
    fleets: "list[ServedFleet]", operation: "Operation[Any, Any]", asked: BaseModel
) -> None:
    here, there = (said(each, ROOM, operation, asked) for each in fleets)
    assert there == here


@pytest.fixture
def confined(fleets: "list[ServedFleet]") -> "Iterator[PostgresDatabase]":
    place = fleets[1].settings.db
    assert isinstance(place, PostgresUrl)
    with opening.writer(place) as database:
        yield database


def test_of_every_table_a_look_sees_what_is_in_reach(confined: PostgresDatabase) -> None:
    tables = schema.tables(confined)
    confined.confine_looks(GIVEN)
    seen = {table: str(confined.asked(f"SELECT * FROM {table}")) for table in tables}  # noqa: S608
    foreign = [DEVICE, *(f"orin-0{number}" for number in range(5))]
    assert [(table, name) for table, rows in seen.items() for name in foreign if name in rows] == []
    assert all(GIVEN[0] in seen[table] for table in ("labels", "events", "telemetry", "tokens", "revoked_devices"))
    assert GIVEN[1] in seen["devices"]
    assert len(tables) > 20


@pytest.mark.parametrize("change", ["DELETE FROM {table} WHERE {beyond}", "UPDATE {table} SET {row} WHERE {beyond}"])
def test_in_no_table_a_change_touches_a_row_out_of_reach(confined: PostgresDatabase, change: str) -> None:
    tables, tried = schema.tables(confined), 0
    confined.confine_changes(GIVEN)
    for table, columns in tables.items():
        beyond = f"device NOT IN {GIVEN} AND device <> ''" if "device" in columns else "true"
        if table not in {"tokens", "certificates"} and confined.asked(f"SELECT 1 FROM {table} WHERE {beyond} LIMIT 1"):  # noqa: S608
            tried += 1
            with pytest.raises(OutOfReachError), confined.transaction():
                confined.do(change.format(table=table, row=f"{columns[0]} = {columns[0]}", beyond=beyond))
    assert tried > 12


def test_both_have_the_same_tables_with_the_same_columns(
    fleets: "list[ServedFleet]", confined: PostgresDatabase
) -> None:
    with opening.reader(fleets[0].db) as here:
        assert isinstance(here, SqliteDatabase)
        in_file = {name: set(columns) for name, columns in here.columns().items()}
    in_file = {name: columns for name, columns in in_file.items() if name not in TABLES_OF_ONE}
    on_server = {
        name: set(columns) - COLUMNS_OF_ONE.get(name, set())
        for name, columns in schema.tables(confined).items()
        if name not in TABLES_OF_ONE
    }
    assert on_server == in_file
