"""Totals count what is stored, wherever a stream began, before and after an upgrade."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from controller_messages import DEVICE, EPOCH, an_event, delivered, no_peers
from fer_controller.desk.local import LocalDesk
from fer_controller.desk.stores import Place
from fer_controller.ingest.devices import Fleet
from fer_controller.ingest.streams import Streams
from fer_controller.ingest.writer import Ingest
from fer_controller.operations.fleet import TOTALS
from fer_controller.operations.operation import Nothing
from fer_controller.store import opening
from fer_controller.store.ingest.store import IngestStore
from fer_wire import EmotionEvent, Topics

BEFORE_BEGINNINGS = (
    "ALTER TABLE streams DROP COLUMN began_after_seq",
    "DELETE FROM _sqlite_migrations WHERE name = 'm011_beginnings'",
)


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "fleet.db"


def ingest(db: Path, events: Iterable[EmotionEvent]) -> None:
    """Store events as a controller does that begins with this database now."""
    with opening.writer(db, create=True) as database:
        store = IngestStore(database)
        streams = Streams(store.events.streams(), store.events.seqs_above, 100)
        writer = Ingest(store, Topics(), streams, Fleet(store.devices.all()), no_peers())
        writer.write(writer.read([delivered(event) for event in events]))


def downgrade(db: Path) -> None:
    """Make the tables those of a controller that took each stream as stored from 1."""
    with opening.writer(db) as database:
        for statement in BEFORE_BEGINNINGS:
            database.connection.execute(statement)


def upgrade(db: Path) -> None:
    with opening.writer(db):
        pass


def totals(db: Path) -> "tuple[int, int]":
    """How many events are stored, and how many rows there are."""
    with LocalDesk(Place(db, db, 30.0), "root@here") as desk, opening.reader(db) as database:
        rows = database.connection.execute("SELECT count(*) FROM events").fetchone()[0]
        return desk.ask(TOTALS, Nothing()).events, rows


def from_the_middle(first: int, last: int, device: str = DEVICE, epoch: str = EPOCH) -> "list[EmotionEvent]":
    """What a device sends whose earlier events another controller has acknowledged."""
    return [an_event(seq, device=device, epoch=epoch, oldest_seq=first) for seq in range(first, last + 1)]


def test_a_new_database_counts_from_where_the_stream_was_joined(db: Path) -> None:
    ingest(db, from_the_middle(352, 640))
    assert totals(db) == (289, 289)


def test_streams_of_many_devices_and_epochs_are_counted_as_they_are_stored(db: Path) -> None:
    ingest(db, from_the_middle(140_001, 141_500, "nano-02"))
    ingest(db, from_the_middle(27_001, 28_000, "nano-03", "epoch-b"))
    ingest(db, from_the_middle(782, 909))
    assert totals(db) == (2628, 2628)


def test_a_database_that_took_streams_as_stored_from_1_is_mended_when_it_is_upgraded(db: Path) -> None:
    ingest(db, from_the_middle(352, 640))
    ingest(db, from_the_middle(140_001, 141_500, "nano-02"))
    ingest(db, [an_event(seq, device="nano-03") for seq in range(1, 11)])
    downgrade(db)
    upgrade(db)
    assert totals(db) == (1799, 1799)
    ingest(db, from_the_middle(641, 650))
    assert totals(db) == (1809, 1809)


def test_what_is_stored_above_a_hole_counts_once_and_a_gap_never(db: Path) -> None:
    ingest(db, [an_event(seq) for seq in (1, 2, 5, 6)])
    assert totals(db) == (4, 4)
    ingest(db, [an_event(3), an_event(4)])
    assert totals(db) == (6, 6)
    ingest(db, [an_event(21, oldest_seq=20)])
    assert totals(db) == (7, 7)
