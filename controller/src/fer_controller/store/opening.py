"""Opens a database for reading, or upgrades it and opens it for writing; where it lies says of what kind it is."""

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, cast, overload

from fer_controller.errors import StoreError
from fer_controller.settings import DbPlace, PostgresUrl
from fer_controller.store.contents.filling import Filling
from fer_controller.store.contract import Store
from fer_controller.store.database import TIMEOUT_S, Database
from fer_controller.store.ingest.store import IngestStore
from fer_controller.store.moves.store import expect_in_use
from fer_controller.store.posts import Post
from fer_controller.store.rollouts.desired import DesiredStore, Orders
from fer_controller.store.rollups.forgetting import Forgetting, RowForgetting
from fer_controller.store.sqlite import file, lock
from fer_controller.store.sqlite.database import SqliteDatabase
from fer_controller.store.sqlite.filling import SqliteFilling

if TYPE_CHECKING:
    from fer_controller.store.postgresql.database import PostgresDatabase


@overload
def reader(place: Path) -> SqliteDatabase: ...
@overload
def reader(place: PostgresUrl) -> "PostgresDatabase": ...
@overload
def reader(place: DbPlace) -> Database: ...
def reader(place: DbPlace) -> Database:
    """Open for reading, also while a controller runs; raises StoreError when it is missing or not ours."""
    if isinstance(place, Path):
        return file.reader(place)
    with _psycopg():
        from fer_controller.store.postgresql import server
    return server.reader(place, TIMEOUT_S)


@overload
def writer(
    place: Path, *, create: bool = False, timeout_s: float = TIMEOUT_S, migrating: bool = False
) -> SqliteDatabase: ...
@overload
def writer(
    place: PostgresUrl, *, create: bool = False, timeout_s: float = TIMEOUT_S, migrating: bool = False
) -> "PostgresDatabase": ...
@overload
def writer(
    place: DbPlace, *, create: bool = False, timeout_s: float = TIMEOUT_S, migrating: bool = False
) -> Database: ...
def writer(place: DbPlace, *, create: bool = False, timeout_s: float = TIMEOUT_S, migrating: bool = False) -> Database:
    """Open for writing after an upgrade; raises StoreError when it is not ours, or is missing without create.

    One that `migrate` still fills, or that was left for another, is opened for a migration alone.
    """
    database = _writer(place, timeout_s, create=create, migrating=migrating)
    if not migrating:
        try:
            expect_in_use(database, place)
        except StoreError:
            database.close()
            raise
    return database


def _writer(place: DbPlace, timeout_s: float, *, create: bool, migrating: bool) -> Database:
    if isinstance(place, Path):
        return file.writer(place, create=create, timeout_s=timeout_s)
    with _psycopg():
        from fer_controller.store.postgresql import server
    database = server.writer(place, timeout_s, create=create)
    if migrating:
        database.expect_migration()
    return database


@contextmanager
def created(place: DbPlace, timeout_s: float = TIMEOUT_S) -> Iterator[Database]:
    """Open for writing, and make it where there is none; a file is gone again when the block fails on it empty."""
    opened: AbstractContextManager[Database] = (
        file.created(place, timeout_s) if isinstance(place, Path) else writer(place, create=True, timeout_s=timeout_s)
    )
    with opened as database:
        expect_in_use(database, place)
        yield database


def alone(place: DbPlace, posts: Collection[str]) -> AbstractContextManager[None]:
    """Hold these posts of a file in the block; raises StoreError when another process holds one of them.

    PostgreSQL has room for several processes, of which each asks for a post when it needs it.
    """
    return lock.exclusive(place, posts) if isinstance(place, Path) else nullcontext()


def post(place: DbPlace, name: str) -> Post:
    """What only one process does at a time; of a file, this one, which holds its lock."""
    if isinstance(place, Path):
        return lock.LockedPost(place)
    with _psycopg():
        from fer_controller.store.postgresql.lease import Lease
    return Lease(place, name)


def ingest(database: Database, dead_letters_max: int) -> Store:
    """Where the ingest writes."""
    if isinstance(database, SqliteDatabase):
        return IngestStore(database, dead_letters_max=dead_letters_max)
    from fer_controller.store.postgresql.ingest import PostgresIngestStore

    return PostgresIngestStore(cast("PostgresDatabase", database), dead_letters_max=dead_letters_max)


def orders(database: Database, broker: str) -> Orders:
    """What a broker is to be given; a file has one broker alone."""
    if isinstance(database, SqliteDatabase):
        return DesiredStore(database)
    from fer_controller.store.postgresql.orders import OrdersOfBroker

    return OrdersOfBroker(database, broker)


def forgetting(database: Database) -> Forgetting:
    """How old rows are deleted."""
    if isinstance(database, SqliteDatabase):
        return RowForgetting(database)
    from fer_controller.store.postgresql.forgetting import PartitionForgetting

    return PartitionForgetting(cast("PostgresDatabase", database))


def filling(database: Database) -> Filling:
    """What its engine needs when it is filled from another database."""
    if isinstance(database, SqliteDatabase):
        return SqliteFilling(database)
    from fer_controller.store.postgresql.filling import PostgresFilling

    return PostgresFilling(cast("PostgresDatabase", database))


@contextmanager
def _psycopg() -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise StoreError(
            "PostgreSQL needs psycopg, which is not installed; run `pip install 'fer-controller[postgresql]'`, or name "
            "a file with --db."
        ) from error
