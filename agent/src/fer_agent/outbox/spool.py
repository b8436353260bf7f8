"""The outbox on disk: it holds every event from before it is sent until it is known to be stored."""

import logging
import os
import sqlite3
import threading
import time
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Iterator, List, Sequence

from fer_wire import EmotionEvent
from fer_wire.telemetry import SpoolTelemetry

from fer_agent.errors import SpoolError
from fer_agent.events.observation import Observation

log = logging.getLogger(__name__)

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY AUTOINCREMENT, payload BLOB NOT NULL);
"""
EPOCH = "epoch"
LAST_TRACK = "last_track"
DROPPED = "dropped_events"

WRITE = "write"
BUSY_TIMEOUT_S = 5.0
OURS_ALONE, OUR_FOLDER = 0o600, 0o700
"""Modes of what is made; SQLite gives the files beside a database the same mode."""
ROW_OVERHEAD_BYTES = 16


class Spool:
    """Numbers events and keeps them, through kill -9 and power cuts, until they are acknowledged.

    Safe for many threads. Raises SpoolError when the disk is full or the file cannot be used; a damaged file is
    moved aside and a new epoch begins.
    """

    def __init__(self, path: Path, device: str, max_bytes: int) -> None:
        self._path, self._device, self._max_bytes = path, device, max_bytes
        self._changed = threading.Condition()
        self._wrote = True
        self._db = self._open_or_replace()
        with self._errors("read"):
            self.epoch = self._meta(EPOCH, "")
            self._size_bytes = self._measure()
            self._last_seq = self._seq_when_opened = self._highest_seq()

    def append(self, observations: Sequence[Observation]) -> List[int]:
        """Store all of these in one durable transaction, or none; returns their seqs."""
        with self._changed, self._errors(WRITE):
            with self._transaction():
                seqs = [self._insert(observation) for observation in observations]
                self._drop_beyond_cap()
                self._remember_track(observations)
            self._last_seq = max([self._last_seq, *seqs])
            self._changed.notify_all()
        return seqs

    def pending(self, after_seq: int, limit: int) -> List[EmotionEvent]:
        """The oldest events above after_seq, at most limit of them, each with the current oldest_seq."""
        with self._changed, self._errors("read"):
            rows = self._db.execute(
                "SELECT seq, payload FROM events WHERE seq > ? ORDER BY seq LIMIT ?", (after_seq, limit)
            ).fetchall()
            known = {"epoch": self.epoch, "oldest_seq": self.oldest_seq, "device": self._device}
        return [EmotionEvent.model_validate_json(text).model_copy(update={"seq": seq, **known}) for seq, text in rows]

    def acknowledge(self, epoch: str, seq: int) -> None:
        """Delete what a controller has stored: everything up to seq, if the epoch is ours.

        A seq that was never assigned means that this spool is an old copy. Then only the events that it held when
        it was opened count as stored, and a new epoch begins, so that no number is used twice.
        """
        if epoch != self.epoch:
            return
        with self._changed, self._errors(WRITE), self._transaction():
            restored = seq > self._last_seq
            self._remove("seq <= ?", self._seq_when_opened if restored else seq)
            if restored:
                self._renew(seq)

    def delivered(self, seq: int) -> None:
        """Delete one event that no longer needs to be kept."""
        with self._changed, self._errors(WRITE), self._transaction():
            self._remove("seq = ?", seq)

    def wait(self, after_seq: int, timeout_s: float) -> bool:
        """Wait until there is an event above after_seq; False if the time ran out."""
        with self._changed:
            return self._changed.wait_for(lambda: self._last_seq > after_seq, timeout_s)

    @property
    def last_seq(self) -> int:
        """The highest seq assigned in this epoch; 0 before the first."""
        return self._last_seq

    @property
    def oldest_seq(self) -> int:
        """The lowest seq that is still here, or the next one to be assigned if the spool is empty."""
        with self._changed, self._errors("read"):
            row = self._db.execute("SELECT MIN(seq) FROM events").fetchone()
        return int(row[0]) if row[0] is not None else self._last_seq + 1

    @property
    def last_track(self) -> int:
        """The highest track number of any event of this epoch."""
        with self._changed, self._errors("read"):
            return int(self._meta(LAST_TRACK, "0"))

    def statistics(self) -> SpoolTelemetry:
        """How much waits, and how many events were dropped at the cap since the spool was created."""
        with self._changed, self._errors("read"):
            pending = int(self._db.execute("SELECT COUNT(*) FROM events").fetchone()[0])
            dropped = int(self._meta(DROPPED, "0"))
        return SpoolTelemetry(pending_events=pending, size_bytes=self._size_bytes, dropped_events=dropped)

    def close(self) -> None:
        """Close the file; may be called twice."""
        with self._changed:
            self._db.close()

    def _open_or_replace(self) -> sqlite3.Connection:
        there = self._path.exists()
        try:
            self._path.parent.mkdir(mode=OUR_FOLDER, parents=True, exist_ok=True)
            return self._open()
        except (OSError, sqlite3.OperationalError) as error:
            if not there:
                self._remove_files("", "-journal", "-wal", "-shm")
            raise self._unusable("open", error) from error
        except sqlite3.DatabaseError as error:
            aside = self._path.with_suffix(f".damaged-{int(time.time())}")
            log.error("The spool %s is damaged (%s); it is kept as %s and a new one begins.", self._path, error, aside)
            self._remove_files("-wal", "-shm")
            self._path.rename(aside)
            return self._open()

    def _remove_files(self, *suffixes: str) -> None:
        for suffix in suffixes:
            with suppress(OSError):
                self._path.with_name(self._path.name + suffix).unlink()

    def _open(self) -> sqlite3.Connection:
        os.close(os.open(str(self._path), os.O_RDWR | os.O_CREAT, OURS_ALONE))
        db = sqlite3.connect(str(self._path), timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            db.executescript(SCHEMA)
            if db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise sqlite3.DatabaseError("its pages do not fit together")
            db.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (EPOCH, uuid.uuid4().hex))
        except BaseException:
            db.close()
            raise
        return db

    def _insert(self, observation: Observation) -> int:
        event = EmotionEvent(device=self._device, epoch=self.epoch, seq=1, **vars(observation))
        payload = event.payload()
        cursor = self._db.execute("INSERT INTO events (payload) VALUES (?)", (payload,))
        self._size_bytes += len(payload) + ROW_OVERHEAD_BYTES
        return int(cursor.lastrowid or 0)

    def _drop_beyond_cap(self) -> None:
        surplus, count = self._size_bytes - self._max_bytes, 0
        if surplus <= 0:
            return
        rows = self._db.execute("SELECT seq, LENGTH(payload) FROM events ORDER BY seq")
        while surplus > 0:
            last, size = next(rows)
            surplus, count = surplus - size - ROW_OVERHEAD_BYTES, count + 1
        rows.close()
        self._remove("seq <= ?", last)
        self._set_meta(DROPPED, str(int(self._meta(DROPPED, "0")) + count))
        log.warning("The spool %s is full: the %d oldest events, up to seq %d, were dropped.", self._path, count, last)

    def _remember_track(self, observations: Sequence[Observation]) -> None:
        highest = max((observation.track for observation in observations), default=0)
        if highest > int(self._meta(LAST_TRACK, "0")):
            self._set_meta(LAST_TRACK, str(highest))

    def _remove(self, condition: str, seq: int) -> None:
        self._size_bytes -= self._measure(condition, seq)
        self._db.execute(f"DELETE FROM events WHERE {condition}", (seq,))  # noqa: S608  # a constant of this file

    def _renew(self, stored_seq: int) -> None:
        log.warning(
            "A controller has stored seq %d, but the spool %s gave out only %d: it is an old copy, a new epoch begins.",
            stored_seq,
            self._path,
            self._last_seq,
        )
        self.epoch = uuid.uuid4().hex
        self._set_meta(EPOCH, self.epoch)

    def _measure(self, condition: str = "seq >= ?", seq: int = 0) -> int:
        query = f"SELECT COALESCE(SUM(LENGTH(payload)), 0) + ? * COUNT(*) FROM events WHERE {condition}"  # noqa: S608
        return int(self._db.execute(query, (ROW_OVERHEAD_BYTES, seq)).fetchone()[0])

    def _highest_seq(self) -> int:
        row = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
        return int(row[0]) if row else 0

    def _meta(self, key: str, default: str) -> str:
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else default

    def _set_meta(self, key: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            self._size_bytes = self._measure()
            raise

    @contextmanager
    def _errors(self, verb: str) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            self._wrote = self._wrote and verb != WRITE
            raise self._unusable(verb, error) from error
        if verb == WRITE and not self._wrote:
            self._wrote = True
            log.info("The spool %s can be written again.", self._path)

    def _unusable(self, verb: str, error: Exception) -> SpoolError:
        return SpoolError(
            f"Cannot {verb} the spool {self._path} ({error}); check that its folder is writable and the disk has room."
        )
