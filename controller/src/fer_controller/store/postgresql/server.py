"""Opens a database on a PostgreSQL server, and makes its tables where there are none."""

from fer_controller.errors import StoreError
from fer_controller.settings.postgresql import PostgresUrl
from fer_controller.store.postgresql import schema
from fer_controller.store.postgresql.database import PostgresDatabase


def reader(place: PostgresUrl, timeout_s: float) -> PostgresDatabase:
    """Open for reading; raises StoreError when there are no tables of ours."""
    return _opened(place, timeout_s)


def writer(place: PostgresUrl, timeout_s: float, *, create: bool = False) -> PostgresDatabase:
    """Open for writing after an upgrade; raises StoreError when there are no tables of ours, unless they are made."""
    database = _opened(place, timeout_s, create=create)
    try:
        schema.apply(database)
    except StoreError:
        database.close()
        raise
    return database


def _opened(place: PostgresUrl, timeout_s: float, *, create: bool = False) -> PostgresDatabase:
    database = PostgresDatabase(place, timeout_s)
    try:
        if not schema.check(database) and not create:
            raise StoreError(
                f"There is no fleet in {place} yet; name another with --db, or start `fer-controller serve` first."
            )
    except StoreError:
        database.close()
        raise
    return database
