"""Opens a database file: to read beside a running controller, or to write, brought up to date first."""

from pathlib import Path

from fer_controller.errors import StoreError
from fer_controller.store import migrations
from fer_controller.store.database import CREATE, READ, TIMEOUT_S, WRITE, Database


def reader(path: Path) -> Database:
    """Raises StoreError when there is no such database, or it is not ours."""
    _expect(path)
    database = Database(path, READ)
    try:
        migrations.check(database)
    except StoreError:
        database.close()
        raise
    return database


def writer(path: Path, *, create: bool = False, timeout_s: float = TIMEOUT_S) -> Database:
    """A database in its newest shape; raises StoreError when there is none and none is to be created, or not ours."""
    if not create:
        _expect(path)
    database = Database(path, CREATE if create else WRITE, timeout_s)
    try:
        migrations.check(database)
        with database.explained():
            database.write_ahead()
        migrations.apply(database)
    except StoreError:
        database.close()
        raise
    return database


def _expect(path: Path) -> None:
    if not path.is_file():
        raise StoreError(f"There is no database {path}; name it with --db, or start `fer-controller serve` first.")
