"""A file whose first writer was killed in the middle is read as it was before."""

import os
import sqlite3
from pathlib import Path

from fer_controller.store import opening
from fer_controller.store.sqlite.database import SqliteDatabase


def killed_while_writing(path: Path) -> None:
    """In a process of its own, with a rollback journal, before the file has a log."""
    child = os.fork()
    if not child:
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("CREATE TABLE half_done (filler TEXT)")
        connection.executemany("INSERT INTO half_done VALUES (?)", [("x" * 4000,)] * 50)
        os._exit(9)
    os.waitpid(child, 0)


def test_a_hot_journal_is_rolled_back_for_who_only_reads(tmp_path: Path) -> None:
    path = tmp_path / "fleet.db"
    opening.writer(path, create=True).close()
    killed_while_writing(path)
    assert (tmp_path / "fleet.db-journal").exists()
    with opening.reader(path) as database:
        assert isinstance(database, SqliteDatabase)
        tables = database.connection.execute("SELECT name FROM sqlite_master WHERE name = 'half_done'").fetchall()
    assert tables == []
