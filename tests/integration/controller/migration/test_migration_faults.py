"""What goes wrong in a migration is said in a sentence, and the next run goes on."""

import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlite_utils
import whole_fleet
from fer_controller.errors import MigrationError, StoreError
from fer_controller.migration.moving import migrate
from fer_controller.migration.progress import Copied
from fer_controller.store import opening
from fer_controller.store.contents import store as contents
from fer_controller.store.sqlite.database import SqliteDatabase
from fer_controller.store.sqlite.lock import exclusive
from fer_controller.store.sqlite.migrations import MIGRATIONS
from real_postgres import running

GOES_ON = "Run the same command again: it goes on from here"


def untold(_copied: Copied) -> None:
    """Nobody watches."""


@pytest.fixture
def db(tmp_path: Path) -> Path:
    whole_fleet.make(tmp_path / "fleet.db")
    return tmp_path / "fleet.db"


def test_a_target_that_is_full(db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "new.db"
    opening.writer(target, create=True).close()
    with monkeypatch.context() as patch:
        patch.setattr(SqliteDatabase, "write_ahead", full_at(target))
        with pytest.raises(MigrationError, match=rf"The disk that holds .*new\.db is full.*{GOES_ON}"):
            migrate(db, target, untold)
    assert migrate(db, target, untold).finished


def full_at(target: Path) -> Callable[[SqliteDatabase], None]:
    """What opens databases as ever, but for one that has no room for another page."""
    before = SqliteDatabase.write_ahead

    def write_ahead(database: SqliteDatabase) -> None:
        before(database)
        if database.path == target:
            (pages,) = database.connection.execute("PRAGMA page_count").fetchone()
            database.connection.execute(f"PRAGMA max_page_count = {pages}").fetchall()

    return write_ahead


def test_a_source_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MigrationError, match=r"There is no database .*none\.db; name .* with --from"):
        migrate(tmp_path / "none.db", tmp_path / "new.db", untold)
    assert not (tmp_path / "new.db").exists()


def test_a_target_that_is_the_source_by_another_name(db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "link.db").symlink_to(db)
    monkeypatch.chdir(tmp_path)
    for target in (tmp_path / "link.db", Path(db.name)):
        with pytest.raises(MigrationError, match="is the same database"):
            migrate(db, target, untold)


def test_a_source_that_is_locked(db: Path, tmp_path: Path) -> None:
    other = sqlite3.connect(db, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(MigrationError, match=rf"fleet\.db is locked by another process.*{GOES_ON}"):
        migrate(db, tmp_path / "new.db", untold)
    other.close()
    assert migrate(db, tmp_path / "new.db", untold).finished


def test_a_server_that_dies_in_the_middle(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "BLOCK_IDS", 40)
    with running() as server:
        target = server.empty()
        with pytest.raises(MigrationError, match=GOES_ON):
            migrate(db, target, lambda _: server.stop(signal.SIGQUIT))
        server.start()
        assert migrate(db, target, untold).finished


def test_a_source_of_an_older_version_is_upgraded_when_nobody_serves_it(tmp_path: Path) -> None:
    old = made_before_moves(tmp_path / "old.db")
    with exclusive(old), pytest.raises(StoreError, match="no table moves yet; start `fer-controller serve`"):
        migrate(old, tmp_path / "new.db", untold)
    assert migrate(old, tmp_path / "new.db", untold).finished


def made_before_moves(path: Path) -> Path:
    """An empty fleet, as a version made it that knew of no moves."""
    connection = sqlite3.connect(path)
    MIGRATIONS.apply(sqlite_utils.Database(connection), stop_before="c001_moves")
    connection.close()
    return path
