"""A connection to PostgreSQL, made anew whenever it broke; its session keeps nothing from one transaction to the next.

So it works through PgBouncer in transaction mode. psycopg enters through this file.
Source: https://www.pgbouncer.org/features.html (what transaction mode breaks)
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from threading import RLock
from time import monotonic
from typing import Any, TypeVar

import psycopg
from psycopg import pq
from psycopg.abc import PQGen
from psycopg.adapt import Dumper
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row, tuple_row
from psycopg.types.numeric import FloatLoader
from psycopg.types.string import StrDumperUnknown

from fer_controller.errors import StoreError, StoreUnavailable
from fer_controller.settings.postgresql import PostgresUrl
from fer_controller.store.database import Database, Row, Tuples, Values
from fer_controller.store.postgresql.text import MANY_ROWS, storable, together, translated
from fer_controller.store.postgresql.wording import READ_ONLY, explained
from fer_controller.store.queries import POSTGRESQL

DEFAULTS: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
    "client_encoding": "UTF8",
    "fallback_application_name": "fer-controller",
}
"""Unless the URL says otherwise: a server that went away without a word is noticed within half a minute."""
ANSWER_TIMEOUT_S = 60.0
WAITS_FOR_STANDBY = "SyncRepWaitForLSN"
"""Where a warning comes from that a commit no longer waits; its text is in any language, and its code says nothing."""
STILL_TIMEOUT_S = 5.0
"""A process that is paused, or cut off, in the middle of a transaction keeps its locks no longer than this."""
MIGRATION_ANSWER_TIMEOUT_S, MIGRATION_STILL_TIMEOUT_S = 3600.0, 60.0
"""A statement of a migration may read all events, and between two of them it waits for the other database."""
Answer = TypeVar("Answer")


class PostgresDatabase(Database):
    """A connection of one thread, or for looks of several."""

    keeps_files = finds_arrivals = True

    def __init__(self, place: PostgresUrl, timeout_s: float) -> None:
        """timeout_s is how long a change waits for other processes."""
        self.place, self._timeout_s = place, timeout_s
        self._lock = RLock()
        self._given: Collection[str] | None = None
        self._confined_looks = False
        self._answer_timeout_s: float | None = ANSWER_TIMEOUT_S
        self._still_timeout_s = STILL_TIMEOUT_S
        self._unreplicated = False
        self._fence: Callable[[], None] | None = None
        self._settings = _settings(place)
        with self._explained():
            self._connection = self._connected()

    def close(self) -> None:
        self._connection.close()

    def expect_answers_within(self, seconds: float) -> None:
        """From now on give a server up that takes longer: it may hang with all connections open, or lack a standby."""
        self._answer_timeout_s = self._connection.answer_timeout_s = seconds

    def expect_migration(self) -> None:
        """From now on allow for statements that take long, and for transactions that stand still meanwhile."""
        self.expect_answers_within(MIGRATION_ANSWER_TIMEOUT_S)
        self._still_timeout_s = MIGRATION_STILL_TIMEOUT_S

    def rows(self, query: str, values: Values | None = None, **parts: object) -> list[Row]:
        return self.asked(_text(query, parts), values)

    def tuples(self, query: str, values: Values | None = None, **parts: object) -> Tuples:
        return self._selected(_text(query, parts), values, _tuples)

    def run(self, query: str, values: Values | None = None, **parts: object) -> int:
        with self.beside(), self._explained():
            return self._sent(_text(query, parts), values).rowcount

    def many(self, query: str, values: Iterable[Values], **parts: object) -> int:
        if not (rows := list(values)):
            return 0
        text = translated(_text(query, parts))
        with self.beside(), self._explained(), self._connection.cursor() as cursor:
            cursor.executemany(text, together(rows) if MANY_ROWS in text else rows)
            return max(0, cursor.rowcount)

    def load(self, query: str, rows: Iterable[Sequence[Any]], **parts: object) -> None:
        """Copy rows into a table; the query is a COPY."""
        with self._explained(), self._connection.cursor() as cursor, cursor.copy(_text(query, parts)) as copy:
            for row in rows:
                copy.write_row(row)

    def asked(self, text: str, values: Values | None = None) -> list[Row]:
        """All rows that a text selects; its values stand in it as `:name`."""
        return self._selected(text, values, list[Row])

    def do(self, statements: str) -> None:
        """Run statements without values, however long they take."""
        with self._explained(), self._connection.patient():
            self._connection.execute(statements)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit the block or nothing of it; only one such transaction is under way in the whole database."""
        if self._within():
            yield
            return
        with self.beside():
            self.rows("alone")
            yield

    @contextmanager
    def beside(self) -> Iterator[None]:
        """A transaction beside others, that locks itself what it must; joins an enclosing one."""
        if self._within():
            yield
            return
        with self._explained(), self._begun():
            yield

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All looks in the block see the database as it stood at the first of them."""
        with self._explained(), self._begun():
            self._connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield

    def confine_looks(self, devices: Collection[str]) -> None:
        self._given, self._confined_looks = devices, True

    def confine_changes(self, devices: Collection[str]) -> None:
        self._given = devices

    def fence(self, expect_allowed: Callable[[], None]) -> None:
        """From now on each transaction begins with this, which raises what keeps it from changing anything."""
        self._fence = expect_allowed

    def _selected(self, text: str, values: Values | None, read: Callable[[Any], Answer]) -> Answer:
        with self._explained(), self._lock:
            if self._confined_looks and not self._within():
                with self._begun():
                    return read(self._sent(text, values))
            return read(self._sent(text, values))

    @contextmanager
    def _begun(self) -> Iterator[None]:
        self._begin()
        try:
            if self._given is not None:
                query = "confine_looks" if self._confined_looks else "confine_changes"
                self._sent(_text(query, {}), {"given": "\n".join(self._given)})
            if self._fence is not None:
                self._fence()
            yield
            self._commit()
        except BaseException:
            with suppress(psycopg.Error):
                if self._within():
                    self._connection.execute("ROLLBACK")
            raise

    def _commit(self) -> None:
        """Raises StoreUnavailable when the wait for the standby was cancelled, which the server reports as success."""
        self._unreplicated = False
        self._connection.execute("COMMIT")
        if self._unreplicated:
            raise StoreUnavailable(f"{self.place} did not wait for its standby; what was written is written again.")

    def _notice(self, notice: psycopg.errors.Diagnostic) -> None:
        self._unreplicated |= notice.source_function == WAITS_FOR_STANDBY

    def _begin(self) -> None:
        begin = (
            f"BEGIN; SET LOCAL lock_timeout = {int(self._timeout_s * 1000)}; "
            f"SET LOCAL idle_in_transaction_session_timeout = {int(self._still_timeout_s * 1000)}"
        )
        self._at_once(lambda: self._connection.execute(begin))

    def _sent(self, text: str, values: Values | None) -> "psycopg.Cursor[dict[str, Any]]":
        """Outside a transaction, a look at a connection that broke meanwhile is repeated on a new one."""
        sent = translated(text)
        if self._within() or not text.lstrip().startswith(("SELECT", "WITH")):
            return self._connection.execute(sent, values or {})
        return self._at_once(lambda: self._connection.execute(sent, values or {}))

    def _at_once(self, work: Callable[[], Answer]) -> Answer:
        with self._lock:
            if self._connection.info.transaction_status == pq.TransactionStatus.ACTIVE:
                self._connection.close()  # left in the middle of a statement, so that no other can be sent
            if self._connection.closed:
                self._connection = self._connected()
            try:
                return work()
            except psycopg.OperationalError:
                if not self._connection.closed:
                    raise
            self._connection = self._connected()
            return work()

    def _connected(self) -> "_Connection":
        connection = _Connection.connect(
            **self._settings, autocommit=True, prepare_threshold=None, row_factory=dict_row
        )
        connection.answer_timeout_s = self._answer_timeout_s
        connection.add_notice_handler(self._notice)
        connection.adapters.register_dumper(bool, _Flag)
        connection.adapters.register_dumper(str, _Text)
        connection.adapters.register_loader("numeric", FloatLoader)
        return connection

    def _within(self) -> bool:
        return self._connection.info.transaction_status in {pq.TransactionStatus.INTRANS, pq.TransactionStatus.INERROR}

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn psycopg's errors into StoreError or StoreUnavailable."""
        try:
            yield
        except psycopg.Error as error:
            if error.sqlstate == READ_ONLY:
                self._connection.close()  # another host may be the primary by now
            raise explained(error.sqlstate, str(error), str(self.place)) from error


class _Connection(psycopg.Connection[dict[str, Any]]):
    """Is closed when a single answer takes too long."""

    answer_timeout_s: float | None = None

    @contextmanager
    def patient(self) -> Iterator[None]:
        """Wait for as long as it takes."""
        timeout_s, self.answer_timeout_s = self.answer_timeout_s, None
        try:
            yield
        finally:
            self.answer_timeout_s = timeout_s

    def wait(self, gen: PQGen[Answer], *arguments: Any, **options: Any) -> Answer:
        if self.answer_timeout_s is None:
            return super().wait(gen, *arguments, **options)
        return super().wait(self._timed(gen, self.answer_timeout_s), *arguments, **options)

    def _timed(self, work: PQGen[Answer], timeout_s: float) -> PQGen[Answer]:
        until_s = monotonic() + timeout_s
        try:
            wanted = next(work)
            while True:
                ready = yield wanted
                if not ready and monotonic() > until_s:
                    self.pgconn.finish()
                    raise psycopg.OperationalError(f"no answer in {timeout_s:g} seconds")
                wanted = work.send(ready)
        except StopIteration as ended:
            return ended.value  # type: ignore[no-any-return]


class _Flag(Dumper):
    """A truth is 1 or 0, as in SQLite."""

    def dump(self, obj: bool) -> bytes:
        return b"1" if obj else b"0"


class _Text(StrDumperUnknown):
    """Without what PostgreSQL does not store."""

    def dump(self, obj: str) -> Any:
        return super().dump(storable(obj))


def _tuples(cursor: Any) -> Tuples:
    cursor.row_factory = tuple_row
    return Tuples(tuple(column.name for column in cursor.description), cursor.fetchall())


def _text(query: str, parts: Mapping[str, object]) -> str:
    return POSTGRESQL[query].format(**parts) if parts else POSTGRESQL[query]


def _settings(place: PostgresUrl) -> dict[str, Any]:
    try:
        return {**DEFAULTS, **conninfo_to_dict(place.url)}
    except psycopg.Error as error:
        raise StoreError(
            f"{place} is no URL that libpq understands; write postgresql://USER@HOST:PORT/DATABASE."
        ) from error
