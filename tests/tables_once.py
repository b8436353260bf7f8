"""The tables of an SQLite database, made once by a process and copied into each new file.

Thousands of tests begin with a new file, and each change that the tables ever had would be made in it anew.
"""

import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory

from fer_controller.store.sqlite import migrations
from fer_controller.store.sqlite.database import CREATE, SqliteDatabase

apply_each = migrations.apply
TABLES = "SELECT count(*) FROM sqlite_master"


def share() -> None:
    """From now on a file without tables gets a copy of them; what changes others is as it was."""
    made = sqlite3.connect(":memory:", check_same_thread=False)
    with TemporaryDirectory() as folder, SqliteDatabase(Path(folder) / "first.db", CREATE) as first:
        apply_each(first)
        first.connection.backup(made)

    def apply(database: SqliteDatabase) -> None:
        with database.explained():
            (tables,) = database.connection.execute(TABLES).fetchone()
            if not tables:
                made.backup(database.connection)
        apply_each(database)

    migrations.apply = apply
