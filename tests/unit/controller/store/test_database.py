from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fer_controller.errors import StoreError
from fer_controller.store import opening
from fer_controller.store.database import named
from fer_controller.store.devices.records import Device
from fer_controller.store.sqlite.database import SqliteDatabase


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    with opening.writer(tmp_path / "fleet.db", create=True) as made:
        yield made


def add(database: SqliteDatabase, *names: str) -> int:
    return database.many("upsert_device", [named(Device(name)) for name in names])


def names(database: SqliteDatabase) -> list[str]:
    return [row["device"] for row in database.rows("devices")]


def test_rows_come_by_name_and_as_records(database: SqliteDatabase) -> None:
    assert add(database, "b", "a") == 2
    assert names(database) == ["a", "b"]
    assert database.records(Device, "devices") == [Device("a"), Device("b")]
    assert database.first(Device, "devices") == Device("a")


def test_no_row_is_no_record(database: SqliteDatabase) -> None:
    assert database.first(Device, "devices") is None
    assert add(database) == 0


class Fault(Exception):  # noqa: N818 - what happens in the middle
    """Something goes wrong."""


def add_and_fail(database: SqliteDatabase) -> None:
    with database.transaction():
        with database.transaction():
            add(database, "a")
        raise Fault


def test_a_transaction_is_whole_or_not_there_and_so_is_one_within_it(database: SqliteDatabase) -> None:
    with pytest.raises(Fault):
        add_and_fail(database)
    assert names(database) == []
    with database.transaction(), database.transaction():
        add(database, "a")
    assert names(database) == ["a"]


def test_a_record_must_have_the_columns_as_fields(database: SqliteDatabase) -> None:
    @dataclass
    class Other:
        name: str

    add(database, "a")
    with pytest.raises(TypeError, match="device"):
        database.records(Other, "devices")


def test_a_reader_changes_nothing(database: SqliteDatabase) -> None:
    with opening.reader(database.path) as reader, pytest.raises(StoreError, match="is read-only"):
        add(reader, "a")
