"""The store in one SQLite file: WAL, synchronous=FULL, so that what write() returned from survives a power cut."""

import json
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fer_wire import Box, EmotionEvent, Telemetry
from fer_wire.message import iso_utc
from sqlite_utils import Database

from fer_controller.errors import StoreError, StoreUnavailable
from fer_controller.store import migrations
from fer_controller.store.lock import Lock
from fer_controller.store.queries import QUERIES
from fer_controller.store.records import (
    DEAD_LETTERS,
    DEAD_LETTERS_DROPPED,
    REDELIVERED,
    Batch,
    DeadLetter,
    Device,
    EventFilter,
    Gap,
    StoredEvent,
    StoredTelemetry,
    Stream,
    Tally,
    Written,
    conflict,
)

READ_TIMEOUT_S = 10.0
WRITE_TIMEOUT_S = 10.0
CHECKPOINT_PAGES = 4000
LOOK_AGAIN_S = 0.02
PASSING = {
    sqlite3.SQLITE_BUSY: "{db} is locked by another process",
    sqlite3.SQLITE_LOCKED: "{db} is locked by another process",
    sqlite3.SQLITE_FULL: "The disk that holds {db} is full",
    sqlite3.SQLITE_IOERR: "The disk that holds {db} gives errors",
    sqlite3.SQLITE_CANTOPEN: "{db} or a file beside it cannot be opened",
    sqlite3.SQLITE_READONLY: "{db} is read-only",
}


class SqliteReader:
    """Looks at a database, also beside a running controller; each query is one short read."""

    def __init__(self, path: Path) -> None:
        """Raises StoreError when there is no such database, or it is none of ours."""
        _expected(path)
        self._open(path, f"file:{quote(str(path.absolute()))}?mode=ro", READ_TIMEOUT_S)

    def newest_events(self, wanted: EventFilter, limit: int, up_to_id: int) -> list[StoredEvent]:
        values = {**_values(wanted), "limit": limit, "up_to_id": up_to_id}
        return self._events("newest_events", wanted, values)

    def events_page(self, wanted: EventFilter, after: tuple[str, int], limit: int) -> list[StoredEvent]:
        values = {**_values(wanted), "after_time": after[0], "after_id": after[1], "limit": limit}
        return self._events("events_page", wanted, values)

    def events_stored_after(self, wanted: EventFilter, after_id: int, limit: int) -> list[StoredEvent]:
        rows = self._rows("events_stored_after", {**_values(wanted), "after_id": after_id, "limit": limit})
        return [_event(row) for row in rows]

    def last_event_id(self) -> int:
        return int(self._rows("last_event_id")[0][0])

    def tally(self, device: str) -> Tally:
        return Tally(*self._rows("tally", {"device": device})[0])

    def devices(self) -> list[Device]:
        return [Device(*row) for row in self._rows("devices")]

    def newest_telemetry(self, device: str | None, limit: int) -> list[StoredTelemetry]:
        query = "newest_telemetry" if device is None else "newest_telemetry_of_device"
        return [StoredTelemetry(*row) for row in self._rows(query, {"device": device, "limit": limit})]

    def telemetry_stored_after(self, device: str | None, after_id: int, limit: int) -> list[StoredTelemetry]:
        values = {"device": device, "after_id": after_id, "limit": limit}
        return [StoredTelemetry(*row) for row in self._rows("telemetry_stored_after", values)]

    def dead_letters(self, limit: int) -> list[DeadLetter]:
        return [DeadLetter(*row) for row in self._rows("dead_letters", {"limit": limit})]

    def gaps(self) -> list[Gap]:
        return [Gap(*row) for row in self._rows("gaps")]

    def counters(self) -> dict[str, int]:
        return dict(self._rows("counters"))

    def close(self) -> None:
        self._db.close()

    def _open(self, path: Path, uri: str, timeout_s: float) -> None:
        self._path, self._timeout_s = path, timeout_s
        with self._trouble():
            self._db = sqlite3.connect(uri, uri=True, timeout=timeout_s, isolation_level=None, check_same_thread=False)
        try:
            with self._trouble():
                _checked(self._db, path)
                self._prepare()
        except StoreError:
            self._db.close()
            raise

    def _prepare(self) -> None:
        """What a writer does first."""

    def _events(self, query: str, wanted: EventFilter, values: dict[str, Any]) -> list[StoredEvent]:
        return [_event(row) for row in self._rows(query if wanted.device is None else f"{query}_of_device", values)]

    def _rows(self, query: str, values: Mapping[str, Any] | Sequence[Any] = ()) -> list[Any]:
        with self._trouble():
            return self._db.execute(QUERIES[query], values).fetchall()

    @contextmanager
    def _trouble(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise _explained(error, self._path) from error


class SqliteWriter(SqliteReader):
    """Writes in transactions, also beside a running controller, to a database that it brings up to date."""

    def __init__(self, path: Path) -> None:
        """Raises StoreError when there is no such database, or it is none of ours."""
        _expected(path)
        self._open(path, f"file:{quote(str(path.absolute()))}", WRITE_TIMEOUT_S)

    def _prepare(self) -> None:
        self._into_wal()
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        db = Database(self._db)
        if migrations.MIGRATIONS.pending(db):
            with self._transaction():
                migrations.MIGRATIONS.apply(db)

    def _into_wal(self) -> None:
        """Write ahead; who else makes the database at this moment is waited for, which SQLite does not do here."""
        until_s = time.monotonic() + self._timeout_s
        while True:
            try:
                self._db.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until_s:
                    raise
                time.sleep(LOOK_AGAIN_S)
            else:
                return

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def _many(self, query: str, rows: Sequence[Sequence[Any]]) -> None:
        if rows:
            self._db.executemany(QUERIES[query], rows)


class SqliteStore(SqliteWriter):
    """The one writer of events; raises StoreError when the database is not ours."""

    def __init__(self, path: Path, *, busy_timeout_s: float = 2.0, dead_letters_max: int = 10_000) -> None:
        self._dead_letters_max = dead_letters_max
        self._lock = Lock(path)
        try:
            self._open(path, f"file:{quote(str(path.absolute()))}", busy_timeout_s)
        except BaseException:
            self._lock.release()
            raise

    def write(self, batch: Batch) -> Written:
        with self._trouble(), self._transaction():
            before = self._db.total_changes
            self._many("insert_event", [_event_row(event, batch.received_at) for event in batch.events])
            events = self._db.total_changes - before
            redelivered = len(batch.events) - events
            conflicts = self._conflicts(batch) if redelivered else ()
            self._many(
                "upsert_stream", [(s.device, s.epoch, s.contiguous_seq, batch.received_at) for s in batch.streams]
            )
            self._many("insert_gap", [(g.device, g.epoch, g.first_seq, g.last_seq, g.noted_at) for g in batch.gaps])
            self._many("upsert_device", [_device_row(device) for device in batch.devices])
            self._many("insert_telemetry", [_telemetry_row(t, batch.received_at) for t in batch.telemetry])
            self._bury([*batch.dead_letters, *conflicts])
            self._count(REDELIVERED, redelivered - len(conflicts))
        return Written(events, redelivered - len(conflicts), conflicts)

    def streams(self) -> list[Stream]:
        return [Stream(*row) for row in self._rows("streams")]

    def seqs_above(self, device: str, epoch: str, seq: int) -> list[int]:
        return [row[0] for row in self._rows("seqs_above", (device, epoch, seq))]

    def close(self) -> None:
        super().close()
        self._lock.release()

    def _conflicts(self, batch: Batch) -> tuple[DeadLetter, ...]:
        return tuple(conflict(event, batch.received_at) for event in batch.events if self._tells_another_story(event))

    def _tells_another_story(self, event: EmotionEvent) -> bool:
        key = (event.device, event.epoch, event.seq)
        stored = self._db.execute(QUERIES["story"], key).fetchone()  # none, when it is forgotten
        return stored is not None and bool(stored != (event.camera, iso_utc(event.time), event.track, event.kind))

    def _bury(self, letters: list[DeadLetter]) -> None:
        if not letters:
            return
        self._many("insert_dead_letter", [(d.time, d.topic, d.reason, d.payload, d.size_bytes) for d in letters])
        self._count(DEAD_LETTERS, len(letters))
        self._count(
            DEAD_LETTERS_DROPPED, self._db.execute(QUERIES["trim_dead_letters"], (self._dead_letters_max,)).rowcount
        )

    def _count(self, name: str, more: int) -> None:
        if more:
            self._db.execute(QUERIES["add_to_counter"], (name, more))


def _expected(path: Path) -> None:
    if not path.is_file():
        raise StoreError(f"There is no database {path}; name it with --db, or start `fer-controller serve` first.")


def _checked(db: sqlite3.Connection, path: Path) -> None:
    tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if tables and migrations.MIGRATIONS.migrations_table not in tables:
        raise StoreError(f"{path} is an SQLite database of something else; name another file with --db.")
    unknown = migrations.unknown_migrations(Database(db)) if tables else []
    if unknown:
        raise StoreError(f"{path} was written by a newer fer-controller ({', '.join(unknown)}); upgrade this one.")


def _explained(error: sqlite3.DatabaseError, path: Path) -> StoreError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in PASSING:
        return StoreUnavailable(f"{PASSING[code].format(db=path)} ({error}).")
    if code == sqlite3.SQLITE_NOTADB:
        return StoreError(f"{path} is no SQLite database; name another file with --db.")
    if code == sqlite3.SQLITE_CORRUPT:
        return StoreError(f"{path} is damaged ({error}); put it aside, and save what `sqlite3 {path} .recover` finds.")
    return StoreError(f"{path} cannot be used: {error}.")


def _values(wanted: EventFilter) -> dict[str, Any]:
    return {name: getattr(wanted, name) for name in wanted.__slots__}


def _event_row(event: EmotionEvent, received_at: str) -> tuple[Any, ...]:
    box = event.box
    return (
        event.device, event.epoch, event.seq, event.camera, iso_utc(event.time), event.track, event.kind, event.emotion,
        event.confidence, json.dumps(event.probabilities, separators=(",", ":")),
        box.x, box.y, box.width, box.height, event.model, received_at,
    )  # fmt: skip


def _event(row: Sequence[Any]) -> StoredEvent:
    box = Box.model_construct(x=row[11], y=row[12], width=row[13], height=row[14])
    fields: Any = (*row[:10], json.loads(row[10]), box, row[15])
    return StoredEvent(*fields)


def _device_row(device: Device) -> tuple[str, ...]:
    return tuple(getattr(device, name) for name in device.__slots__)


def _telemetry_row(telemetry: Telemetry, received_at: str) -> tuple[Any, ...]:
    host, cameras = telemetry.host, telemetry.cameras
    rates = [camera.fps for camera in cameras if camera.fps is not None]
    latencies = [camera.latency_p95_ms for camera in cameras if camera.latency_p95_ms is not None]
    temperatures = [each for each in (host.cpu_temperature_c, host.gpu_temperature_c) if each is not None]
    return (
        telemetry.device, telemetry.run, iso_utc(telemetry.time), sum(rates) if rates else None,
        max(latencies, default=None), host.cpu_percent, host.gpu_percent, host.cpu_temperature_c, host.memory_used_mb,
        host.agent_memory_mb, telemetry.spool.pending_events, telemetry.errors, telemetry.model, telemetry.provider,
        telemetry.model_dump_json(), received_at,
        max(temperatures, default=None), None if host.throttled is None else int(host.throttled),
    )  # fmt: skip
