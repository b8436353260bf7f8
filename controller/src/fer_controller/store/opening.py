"""Opens a database file for reading, or upgrades it and opens it for writing."""

from pathlib import Path

from fer_controller.errors import StoreError
from fer_controller.store import migrations
from fer_controller.store.database import CREATE, READ, TIMEOUT_S, WRITE, Database


def reader(path: Path) -> Database:
    """Open for reading, also while a controller runs; raises StoreError when the file is missing or not ours."""
    _expect(path)
    database = Database(path, READ)
    try:
        migrations.check(database)
    except StoreError:
        database.close()
        raise
    return database


def writer(path: Path, *, create: bool = False, timeout_s: float = TIMEOUT_S) -> Database:
    """Open for writing after an upgrade; raises StoreError when the file is not ours, or is missing without create."""
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
