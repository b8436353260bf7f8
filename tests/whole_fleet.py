"""A fleet with rows in every table: events on several days with gaps, late ones, and runs above a hole."""

import sqlite3
from datetime import timedelta
from pathlib import Path

from controller_messages import START, an_event, as_arrived, some_telemetry
from fer_controller.rollout import audit
from fer_controller.store import opening
from fer_controller.store.audit.store import AuditStore
from fer_controller.store.contents.table import shapes
from fer_controller.store.events.records import Gap, Stream
from fer_controller.store.ingest.records import Batch
from fer_controller.store.ingest.store import IngestStore
from fer_controller.store.rollups.store import RollupStore
from fer_controller.store.sqlite.database import SqliteDatabase
from fer_wire.message import iso_utc

DEVICES = ("nano-01", "nano-02", "nano-03")
DAYS = 3
A_VALUE = {"TEXT": "'ä ' || :n", "INTEGER": ":n", "REAL": ":n / 3.0", "BLOB": "x'00ff'"}
MADE_ELSEWHERE = ("audit", "events", "gaps", "streams", "telemetry", "moves", "moved_blocks")


def make(path: Path, events: int = 60) -> None:
    """So many events of each device."""
    with opening.writer(path, create=True) as database:
        store = IngestStore(database)
        for device in DEVICES:
            for first in range(0, events, 20):
                arrive(store, device, range(first + 1, min(first + 21, events + 1)), first)
        with_holes(store, DEVICES[0])
        while RollupStore(database).roll_up_events(1000):
            pass
        AuditStore(database, audit.HERE).append(audit.act(f"act_{n}", f"Nº {n}.", "ana") for n in range(5))
        fill_others(database)


def arrive(store: IngestStore, device: str, seqs: range, hours: int = 0, epoch: str = "epoch-a") -> None:
    """Events that come in one batch, some of them with a time that is not believed."""
    at = iso_utc(START + timedelta(hours=hours))
    made = as_arrived(*(an_event(seq, device, epoch) for seq in seqs), at=at, believed=bool(hours % 40))
    telemetry = [some_telemetry(device, second=seqs[0])]
    store.write(Batch(at, events=made, streams=[Stream(device, epoch, seqs[-1])], telemetry=telemetry))


def with_holes(store: IngestStore, device: str) -> None:
    """A stream with a gap in which two events came late, and with runs above a number that is missing."""
    at = iso_utc(START)
    seqs = (1, 2, 7, 8, 20, 23, 24, 25, 30)
    made = as_arrived(*(an_event(seq, device, "epoch-b") for seq in seqs), at=at)
    gaps = [Gap(device, "epoch-b", 3, 19, at)]
    store.write(Batch(at, events=made, streams=[Stream(device, "epoch-b", 20)], gaps=gaps))


def fill_others(database: SqliteDatabase) -> None:
    """Two rows for each of the other tables, whatever their columns are."""
    for name in shapes(database).keys() - set(MADE_ELSEWHERE):
        columns = database.connection.execute(f"PRAGMA table_info({name})").fetchall()
        values = ", ".join(A_VALUE[each["type"]] for each in columns)
        names = ", ".join(f'"{each["name"]}"' for each in columns)
        for number in (1, 2):
            statement = f"INSERT OR IGNORE INTO {name} ({names}) VALUES ({values})"  # noqa: S608
            database.connection.execute(statement, {"n": number})


def table_rows(path: Path, table: str) -> list[tuple[object, ...]]:
    """As they are in the file."""
    connection = sqlite3.connect(path)
    found = connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()  # noqa: S608
    connection.close()
    return found
