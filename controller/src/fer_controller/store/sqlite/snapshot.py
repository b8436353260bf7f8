"""Copies of a database: made whole while a controller writes to it, and examined before one takes its place."""

from pathlib import Path

from fer_controller.errors import StoreError
from fer_controller.store.sqlite import file

SOUND = "ok"


def copy(db: Path, target: Path) -> None:
    """Write the database as it stands at one moment to a new file; raises StoreError."""
    with file.reader(db) as database:
        database.copy(target)


def examine(path: Path) -> None:
    """Raises StoreError for a file that is damaged, of another program, or of a newer fer-controller."""
    with file.reader(path) as database, database.explained():
        found = str(database.connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
    if found != SOUND:
        raise StoreError(f"{path} is damaged ({found}); take another backup.")
