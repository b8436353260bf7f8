"""Stores on a database file of a test, open for as long as a block lasts."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fer_controller.settings import DbPlace
from fer_controller.store import opening
from fer_controller.store.contract import Store
from fer_controller.store.credentials.store import TokenStore
from fer_controller.store.registry.store import ModelStore


@contextmanager
def ingest_store(place: DbPlace, *, dead_letters_max: int = 10_000) -> Iterator[Store]:
    """What the ingest writes to; it is made when it is not there."""
    with opening.writer(place, create=True) as database:
        yield opening.ingest(database, dead_letters_max)


@contextmanager
def model_store(path: Path) -> Iterator[ModelStore]:
    """The registry's models; the file is made when it is not there."""
    with opening.writer(path, create=True) as database:
        yield ModelStore(database)


@contextmanager
def token_store(place: DbPlace) -> Iterator[TokenStore]:
    """Tokens; the database is made when it is not there."""
    with opening.writer(place, create=True) as database:
        yield TokenStore(database)
