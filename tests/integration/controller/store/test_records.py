"""Rows become records by the names of their columns, in SQLite and in PostgreSQL alike."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from controller_messages import AT, DEVICE
from fer_controller.store import opening
from fer_controller.store.database import Database
from fer_controller.store.devices.records import Label
from fer_controller.store.devices.store import DeviceStore


@dataclass(frozen=True)
class Turned:
    """A label whose fields stand in another order than the columns of the query."""

    value: str
    key: str
    device: str


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    place = tmp_path / "fleet.db" if request.param == "sqlite" else request.getfixturevalue("postgres").database()
    with opening.writer(place, create=True) as opened:
        DeviceStore(opened).label([Label(DEVICE, "site", "lab"), Label(DEVICE, "room", "b")], (), AT, "alice")
        yield opened


def test_a_record_takes_its_fields_by_name_in_whichever_order_they_stand(database: Database) -> None:
    assert database.records(Label, "labels") == [Label(DEVICE, "room", "b"), Label(DEVICE, "site", "lab")]
    assert database.records(Turned, "labels") == [Turned("b", "room", DEVICE), Turned("lab", "site", DEVICE)]


def test_tuples_hold_what_rows_hold_and_rows_keep_their_names_afterwards(database: Database) -> None:
    columns, tuples = database.tuples("labels")
    rows = database.rows("labels")
    assert [dict(zip(columns, each, strict=True)) for each in tuples] == [
        {name: row[name] for name in columns} for row in rows
    ]
    assert columns == ("device", "key", "value")


def test_what_a_confined_connection_does_not_see_is_in_no_tuple(database: Database) -> None:
    database.confine_looks(["another"])
    assert database.tuples("labels").rows == []
