"""Opens a database file for reading, or upgrades it and opens it for writing."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fer_controller.errors import StoreError, StoreUnavailable
from fer_controller.store.database import TIMEOUT_S
from fer_controller.store.sqlite import migrations
from fer_controller.store.sqlite.database import CREATE, READ, WRITE, SqliteDatabase

OURS_ALONE = 0o600
"""What faces showed, who may order, and hashes of tokens."""


def reader(path: Path) -> SqliteDatabase:
    """Open for reading, also while a controller runs; raises StoreError when the file is missing or not ours."""
    _expect(path)
    _roll_back(path)
    database = SqliteDatabase(path, READ)
    try:
        migrations.check(database)
    except StoreError:
        database.close()
        raise
    return database


def _roll_back(path: Path) -> None:
    """Undo what a writer began that was killed before the file had its log: who only reads may not."""
    if path.with_name(f"{path.name}-journal").exists():
        with suppress(StoreError, StoreUnavailable):
            database = SqliteDatabase(path, WRITE)
            with database.explained():
                database.connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
            database.close()


def writer(path: Path, *, create: bool = False, timeout_s: float = TIMEOUT_S) -> SqliteDatabase:
    """Open for writing after an upgrade; raises StoreError when the file is not ours, or is missing without create."""
    if create and not path.exists():
        _create(path)
    _expect(path)
    database = SqliteDatabase(path, WRITE, timeout_s)
    try:
        migrations.check(database)
        with database.explained():
            database.write_ahead()
        migrations.apply(database)
    except StoreError:
        database.close()
        raise
    return database


@contextmanager
def created(path: Path, timeout_s: float = TIMEOUT_S) -> Iterator[SqliteDatabase]:
    """Open for writing, and make the file where there is none; it is gone again when the block fails on it empty."""
    there = path.exists()
    with writer(path, create=True, timeout_s=timeout_s) as database:
        try:
            yield database
        except BaseException:
            if not there:
                _remove_if_empty(database)
            raise


def _create(path: Path) -> None:
    """Make the file with all its tables, or none: a full disk, or an end in the middle, leaves nothing of that name."""
    place = path.resolve()
    partial = place.with_name(f".{place.name}.{uuid.uuid4().hex[:8]}.partial")
    try:
        _touch(partial)
        with SqliteDatabase(path, CREATE, begun_at=partial) as database:
            migrations.apply(database)
        _put(partial, place)
    finally:
        for left in (partial, partial.with_name(f"{partial.name}-journal")):
            left.unlink(missing_ok=True)


def _touch(partial: Path) -> None:
    """Make it for us alone; SQLite gives the files beside it the same mode."""
    with suppress(OSError):  # told by SQLite, with what helps
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, OURS_ALONE))


def _put(partial: Path, place: Path) -> None:
    """Under its name, unless another process was quicker."""
    try:
        os.link(partial, place)
    except FileExistsError:
        return
    except OSError:  # a file system without links
        partial.replace(place)


def _remove_if_empty(database: SqliteDatabase) -> None:
    """Remove the file, unless somebody has written to it or has it open."""
    with suppress(StoreError, OSError), database.explained():
        # Leaving WAL takes the only connection; exclusive, no other can come before the file is gone.
        database.connection.execute("PRAGMA journal_mode = DELETE")
        database.connection.execute("BEGIN EXCLUSIVE")
        if migrations.is_empty(database):
            database.path.unlink()


def _expect(path: Path) -> None:
    if not path.is_file():
        raise StoreError(f"There is no database {path}; name it with --db, or start `fer-controller serve` first.")
