"""A fleet is copied to another database, and what is there then is what was here."""

from pathlib import Path

import pytest
import whole_fleet
from controller_messages import START, a_batch, an_event
from controller_process import run
from fer_controller.errors import MigrationError, StoreError
from fer_controller.migration.moving import migrate
from fer_controller.migration.progress import Copied, Outcome
from fer_controller.rollout import audit
from fer_controller.settings import DbPlace
from fer_controller.store import opening
from fer_controller.store.audit.store import AuditStore
from fer_controller.store.contents.table import DERIVED_TABLES, shapes
from fer_controller.store.events.store import EventStore
from fer_controller.store.filter import EventFilter
from fer_controller.store.ingest.records import Batch
from fer_controller.store.ingest.store import IngestStore
from fer_controller.store.sqlite.lock import exclusive
from fer_wire.message import iso_utc
from real_postgres import Postgres


def untold(_copied: Copied) -> None:
    """Nobody watches."""


def moved(source: DbPlace, target: DbPlace) -> Outcome:
    return migrate(source, target, untold)


@pytest.fixture
def db(tmp_path: Path) -> Path:
    whole_fleet.make(tmp_path / "fleet.db")
    return tmp_path / "fleet.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> DbPlace:
    if request.param == "sqlite":
        return tmp_path / "new.db"
    server: Postgres = request.getfixturevalue("postgres")
    return server.empty()


def test_every_table_is_copied(db: Path, target: DbPlace) -> None:
    outcome = moved(db, target)
    assert outcome.finished
    assert all(each.same and each.rows_from for each in outcome.compared)
    with opening.reader(db) as database:
        assert [each.table for each in outcome.compared] == sorted(shapes(database).keys() - set(DERIVED_TABLES))


def test_the_way_back_leads_to_the_same_rows(db: Path, tmp_path: Path, postgres: Postgres) -> None:
    there, back = postgres.empty(), tmp_path / "back.db"
    before = {each.table: each for each in moved(db, there).compared}
    after = {each.table: each for each in moved(there, back).compared}
    assert after.keys() == before.keys()
    for table in after.keys() - {"gaps"}:
        assert whole_fleet.table_rows(back, table) == whole_fleet.table_rows(db, table)


def test_who_moved_a_fleet_stands_in_its_audit_log(db: Path, tmp_path: Path) -> None:
    done = run("migrate", "--from", str(db), "--to", str(tmp_path / "new.db"))
    assert done.returncode == 0, done.stderr
    with opening.reader(tmp_path / "new.db") as database:
        (newest,) = AuditStore(database).newest(1)
    assert (newest.action, newest.actor) == (audit.MIGRATED, audit.operator())


def test_the_chain_of_the_audit_log_holds(db: Path, target: DbPlace) -> None:
    moved(db, target)
    with opening.reader(target) as database:
        proof = AuditStore(database).examine()
    assert (proof.entries, proof.fault) == (5, "")


def test_ids_go_on_above_those_that_were_copied(db: Path, target: DbPlace) -> None:
    moved(db, target)
    with opening.writer(target) as database:
        before = EventStore(database).last_event_id()
        opening.ingest(database, 10).write(a_batch(an_event(1, device="new")))
        assert EventStore(database).last_event_id() == before + 1
        for name in ("tokens", "rollout_orders", "gaps"):
            assert name in shapes(database)


def test_what_is_known_of_numbers_goes_on(db: Path, target: DbPlace) -> None:
    moved(db, target)
    device = whole_fleet.DEVICES[0]
    again = a_batch(*(an_event(seq, device, "epoch-b") for seq in (1, 7, 8, 20, 23, 25, 30)))
    new = a_batch(*(an_event(seq, device, "epoch-b") for seq in (5, 21, 22)))
    with opening.writer(target) as database:
        store = opening.ingest(database, 10)
        assert (store.write(again).events, store.write(new).events) == (0, 3)


def test_a_copy_can_be_made_while_a_controller_serves(db: Path, target: DbPlace) -> None:
    with exclusive(db), opening.writer(db) as database:
        assert not moved(db, target).finished
        IngestStore(database).write(a_batch(an_event(1, device="late")))
        with pytest.raises(StoreError, match="is not complete: stop the controller that serves"):
            opening.writer(target)
    outcome = moved(db, target)
    assert outcome.finished
    with opening.reader(target) as database:
        assert EventStore(database).number_of("late") == 1


def test_only_what_differs_is_copied_again(db: Path, target: DbPlace) -> None:
    with exclusive(db):
        first = moved(db, target)
        second = moved(db, target)
    assert (first.copied > 0, second.copied) == (True, 0)


def test_what_retention_deletes_meanwhile_goes_from_the_copy(db: Path, target: DbPlace) -> None:
    with exclusive(db), opening.writer(db) as database:
        moved(db, target)
        assert opening.forgetting(database).forget_events("2026-02-01T00:00:00.000Z", 0, 1000)[0] > 0
        left = [event.seq for event in EventStore(database).events_page(EventFilter(), ("", 0), 1000)]
    assert moved(db, target).finished
    with opening.reader(target) as database:
        assert [event.seq for event in EventStore(database).events_page(EventFilter(), ("", 0), 1000)] == left


def test_nobody_serves_what_was_left(db: Path, target: DbPlace) -> None:
    moved(db, target)
    with pytest.raises(StoreError, match=r"was moved to .*; name that with --db"):
        opening.writer(db)
    with pytest.raises(MigrationError, match=r"The fleet was moved to .* at .*; start `fer-controller serve` with it"):
        moved(db, target)


def test_a_fleet_that_is_there_is_not_written_over(db: Path, target: DbPlace) -> None:
    with opening.writer(target, create=True) as database:
        opening.ingest(database, 10).write(Batch(iso_utc(START)))
        opening.ingest(database, 10).write(a_batch(an_event(1)))
    with pytest.raises(MigrationError, match="holds a fleet already; name an empty database with --to"):
        moved(db, target)
    with opening.writer(db), opening.writer(target) as database:
        assert EventStore(database).last_event_id() == 1


def test_a_migration_of_another_fleet_is_refused(db: Path, target: DbPlace, tmp_path: Path) -> None:
    whole_fleet.make(tmp_path / "other.db", 1)
    with exclusive(db):
        moved(db, target)
    with pytest.raises(MigrationError, match=r"is being filled from .*fleet\.db; name another database with --to"):
        moved(tmp_path / "other.db", target)


def test_the_same_database_is_refused(db: Path) -> None:
    with pytest.raises(MigrationError, match="is the same database; name another with --to"):
        moved(db, db)


def test_runs_ahead_and_gaps_follow_from_the_events(db: Path, postgres: Postgres) -> None:
    target = postgres.empty()
    moved(db, target)
    runs = postgres.execute("SELECT first_seq, last_seq FROM runs_ahead ORDER BY 1", target.name)
    gaps = postgres.execute("SELECT first_seq, last_seq FROM gaps WHERE epoch = 'epoch-b' ORDER BY 1", target.name)
    assert (runs, gaps) == ([(23, 25), (30, 30)], [(3, 6), (9, 19)])
