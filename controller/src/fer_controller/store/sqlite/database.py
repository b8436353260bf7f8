"""One SQLite file: WAL, synchronous=FULL, so that what a transaction wrote survives a power cut."""

import os
import re
import sqlite3
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from fer_controller.errors import ControllerError, OutOfReachError, StoreError, StoreUnavailable
from fer_controller.store.database import OUT_OF_REACH, OUT_OF_REACH_SENTENCE, TIMEOUT_S, Database, Row, Tuples, Values
from fer_controller.store.queries import QUERIES
from fer_controller.store.sqlite import reach

READ, WRITE, CREATE = "ro", "rw", "rwc"
"""How a file is opened; CREATE makes it when it does not exist."""
CHECKPOINT_PAGES = 4000
CACHE_KB = 16_000
"""For writers: in three indexes of events each of a thousand devices has pages of its own, which each batch needs."""
LONG_LOG_BYTES = 64 * 2**20
"""What a long look by another program let the log grow beyond is given back to the disk when the look is over."""
LOOK_AGAIN_S = 0.02
PASSING = {
    sqlite3.SQLITE_BUSY: "{db} is locked by another process",
    sqlite3.SQLITE_LOCKED: "{db} is locked by another process",
    sqlite3.SQLITE_FULL: "The disk that holds {db} is full",
    sqlite3.SQLITE_IOERR: "The disk that holds {db} reports errors",
    sqlite3.SQLITE_CANTOPEN: "{db} or a file beside it cannot be opened",
    sqlite3.SQLITE_READONLY: "{db} is read-only",
}
MOVED = "{db} was moved, deleted or replaced while it was open; put it back, or restart whatever uses it."
MISSING = "no such "
NAME = re.compile(r":(\w+)")
INDEX = re.compile(r" INDEXED BY \w+")
MISSING_FROM_OLD = ("table", "column", "index")
"""What a database of an older fer-controller may lack."""


class SqliteDatabase(Database):
    """A connection to one file."""

    def __init__(
        self, path: Path, mode: str = READ, timeout_s: float = TIMEOUT_S, *, begun_at: Path | None = None
    ) -> None:
        """Open the file; timeout_s is how long a write waits for other processes, begun_at where it lies for now."""
        self.path, self._timeout_s = path, timeout_s
        uri = f"file:{quote(os.fsencode((begun_at or path).absolute()))}?mode={mode}"
        with self.explained():
            self.connection = sqlite3.connect(
                uri, uri=True, timeout=timeout_s, isolation_level=None, check_same_thread=False
            )
        self.connection.row_factory = sqlite3.Row
        self.has_views = False
        """Whether views stand for the tables; they have no indexes that a query could name."""
        self._file = None if begun_at else _identity(path)

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def rows(self, query: str, values: Values | None = None, **parts: object) -> list[Row]:
        """All rows of a query; parts replace the placeholders in braces in its text."""
        with self.explained():
            return self.connection.execute(self._text(query, parts), values or {}).fetchall()

    def tuples(self, query: str, values: Values | None = None, **parts: object) -> Tuples:
        """The same without a name at each value."""
        with self.explained(), closing(self.connection.cursor()) as cursor:
            cursor.row_factory = None
            found = cursor.execute(self._text(query, parts), values or {}).fetchall()
            return Tuples(tuple(name for name, *_ in cursor.description), found)

    def run(self, query: str, values: Values | None = None, **parts: object) -> int:
        """Change rows and return how many were changed."""
        with self.explained():
            return self.connection.execute(self._text(query, parts), values or {}).rowcount

    def many(self, query: str, values: Iterable[Values], **parts: object) -> int:
        """Run a change for each of the values and return how many rows were changed in all."""
        with self.explained():
            return max(0, self.connection.executemany(self._text(query, parts), values).rowcount)

    def many_tuples(self, query: str, kind: type[NamedTuple], values: Iterable[NamedTuple]) -> int:
        """The same for named tuples; to look up values by name takes SQLite's driver as long as to insert them."""
        with self.explained():
            return max(0, self.connection.executemany(_numbered(query, kind._fields), values).rowcount)

    def load(self, query: str, rows: Iterable[Sequence[Any]], **parts: object) -> None:
        """Add rows, whose values stand in the order of the query's columns."""
        with self.explained():
            self.connection.executemany(self._text(query, parts), rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit everything written in the block, durably, or nothing; joins an enclosing transaction."""
        if self._within_transaction():
            yield
            return
        self._expect_in_place()
        with self.explained():
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.connection.execute("COMMIT")
            except BaseException:
                if self._within_transaction():
                    self.connection.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All looks in the block see the database as it stood at the first of them."""
        with self.explained():
            self.connection.execute("BEGIN")
            try:
                yield
            finally:
                self.connection.execute("ROLLBACK")

    def confine_looks(self, devices: Collection[str]) -> None:
        """From now on this connection, which only reads, sees of every table what is in reach."""
        self.has_views = True
        with self.explained():
            self._note(devices)
            for statement in reach.views(self.columns()):
                self.connection.execute(statement)

    def confine_changes(self, devices: Collection[str]) -> None:
        """From now on a change of a row that is out of reach raises OutOfReachError, and changes nothing."""
        with self.explained():
            self._note(devices)
            for statement in reach.triggers(self.columns()):
                self.connection.execute(statement)

    def columns(self) -> dict[str, set[str]]:
        """The columns of each table of ours."""
        found: dict[str, set[str]] = {}
        for row in self.connection.execute(reach.COLUMNS):
            found.setdefault(row["name"], set()).add(row["column_name"])
        return found

    def copy(self, target: Path) -> None:
        """Write the database as it stands at one moment to a new file, whoever writes to it meanwhile."""
        with self.explained(), closing(sqlite3.connect(target)) as made:
            self.connection.backup(made)
            # Of WAL a lone file has no use: whoever opens it next turns it on again.
            made.execute("PRAGMA journal_mode = DELETE")

    def write_ahead(self) -> None:
        """Let others read during writes (WAL); waits for a process that is creating the file, as SQLite does not."""
        until_s = time.monotonic() + self._timeout_s
        while True:
            try:
                self.connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until_s:
                    raise
                time.sleep(LOOK_AGAIN_S)
            else:
                break
        self.connection.execute("PRAGMA synchronous = FULL")
        self.connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        self.connection.execute(f"PRAGMA cache_size = -{CACHE_KB}")
        self.connection.execute(f"PRAGMA journal_size_limit = {LONG_LOG_BYTES}")

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn SQLite's errors into StoreError or StoreUnavailable."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise _explained(error, self.path) from error

    def _note(self, devices: Collection[str]) -> None:
        self.connection.execute(reach.TABLE)
        self.connection.executemany(reach.NOTED, [(device,) for device in devices])

    def _text(self, query: str, parts: Mapping[str, object]) -> str:
        text = QUERIES[query].format(**parts) if parts else QUERIES[query]
        return INDEX.sub("", text) if self.has_views else text

    def _expect_in_place(self) -> None:
        """What is written into a file without its name is gone when this process ends."""
        if self._file is not None and _identity(self.path) != self._file:
            raise StoreUnavailable(MOVED.format(db=self.path))

    def _within_transaction(self) -> bool:
        return self.connection.in_transaction


@cache
def _numbered(query: str, names: tuple[str, ...]) -> str:
    """A query that takes its values in the order of these names."""
    return NAME.sub(lambda found: f"?{names.index(found[1]) + 1}", QUERIES[query])


def _identity(path: Path) -> "tuple[int, int] | None":
    """Which file has this name now."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _explained(error: sqlite3.DatabaseError, path: Path) -> ControllerError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in PASSING:
        return StoreUnavailable(f"{PASSING[code].format(db=path)} ({error}).")
    if str(error) == OUT_OF_REACH:
        return OutOfReachError(OUT_OF_REACH_SENTENCE)
    if code == sqlite3.SQLITE_NOTADB:
        return StoreError(f"{path} is not an SQLite database; name another file with --db.")
    if code == sqlite3.SQLITE_CORRUPT:
        return StoreError(f"{path} is damaged ({error}); move it away, and keep what `sqlite3 {path} .recover` finds.")
    kind, _, name = str(error).removeprefix(MISSING).partition(": ")
    if kind in MISSING_FROM_OLD:
        return StoreError(f"{path} has no {kind} {name} yet; start `fer-controller serve` with it once to upgrade it.")
    return StoreError(f"{path} cannot be used: {error}.")
