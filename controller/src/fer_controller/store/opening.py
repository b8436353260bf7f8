"""Opens a database for reading, or upgrades it and opens it for writing; where it lies says of what kind it is."""

from contextlib import AbstractContextManager
from pathlib import Path

from fer_controller.store.database import TIMEOUT_S
from fer_controller.store.sqlite import file
from fer_controller.store.sqlite.database import SqliteDatabase


def reader(place: Path) -> SqliteDatabase:
    """Open for reading, also while a controller runs; raises StoreError when it is missing or not ours."""
    return file.reader(place)


def writer(place: Path, *, create: bool = False, timeout_s: float = TIMEOUT_S) -> SqliteDatabase:
    """Open for writing after an upgrade; raises StoreError when it is not ours, or is missing without create."""
    return file.writer(place, create=create, timeout_s=timeout_s)


def created(place: Path, timeout_s: float = TIMEOUT_S) -> AbstractContextManager[SqliteDatabase]:
    """Open for writing, and make it where there is none; it is gone again when the block fails on it empty."""
    return file.created(place, timeout_s)
