"""Millions of events written by SQL, in the order in which they arrive, which the ingest would take far longer for.

Each minute so many faces are seen, each for that minute, which makes ten events. Faces of 140 px and more are turned
away, but for one of 189 px among ten thousand faces: a search by both has something to leave out. What the ingest
keeps beside events is made of them: how far each stream is stored, and in a file what each hour holds.
"""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from fer_controller.store.database import Database
from fer_controller.store.events.tables import FACES_OF_HOURS, HOURS_OF_EVENTS
from fer_controller.store.postgresql.partitions import Partitions
from fer_controller.store.rollups.store import RollupStore
from fer_controller.store.sqlite.database import SqliteDatabase
from fer_wire import EMOTIONS
from fer_wire.message import iso_utc

OF_A_FACE = 10
MINUTE = timedelta(minutes=1)
MINUTE_CHARACTERS = len("2026-01-31T12:00:")
PROBABILITIES = json.dumps(dict.fromkeys(EMOTIONS, 0.1428))
MINUTES_AT_ONCE, ROLLED_UP_AT_ONCE = 360, 200_000
CACHE_KB = 500_000
EVENTS_OF_A_MINUTE = """
WITH RECURSIVE face (n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM face WHERE n + 1 < {before}),
  part (e) AS (VALUES {parts}), feeling (place, emotion) AS (VALUES {emotions})
INSERT INTO events (device, epoch, seq, camera, time, track, kind, emotion, confidence, probabilities, box_x, box_y,
  box_width, box_height, model, received_at, face_px, yaw_degrees, pitch_degrees, roll_degrees)
SELECT 'device-' || substr(CAST(100000 + n * 7 % {devices} AS TEXT), 2), 'epoch', n / {devices} * {of_a_face} + e + 1,
  'door', '{minute}' || substr(CAST(100 + e * 6 AS TEXT), 2) || '.000Z', n / {devices},
  CASE e WHEN 0 THEN 'start' WHEN {of_a_face} - 1 THEN 'end' ELSE 'heartbeat' END, emotion, 0.8, '{probabilities}',
  10, 20, 80, 80, 'light@1.0.0/fp32', '{minute}' || substr(CAST(100 + e * 6 AS TEXT), 2) || '.000Z',
  40.0 + n % 200, CASE WHEN n % 200 < 100 OR n % 10000 = 149 THEN 1.0 ELSE 60.0 END, 4.5, 0.7
FROM face JOIN part ON 1 = 1 JOIN feeling ON place = n * 7919 % {feelings} ORDER BY e, n
"""
STREAMS = """
INSERT INTO streams (device, epoch, contiguous_seq, first_seen)
SELECT device, epoch, max(seq), min(received_at) FROM events GROUP BY device, epoch
"""
INDEXES = {
    True: "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'events' AND sql IS NOT NULL",
    False: "SELECT indexname AS name, indexdef AS sql FROM pg_indexes WHERE tablename = 'events'",
}
"""Of a file, and of PostgreSQL; made again at the end, which is quicker than to keep them up."""


def faces_of_a_minute(number: int, span: timedelta) -> int:
    """How many there are for about so many events in all."""
    return max(1, round(number / OF_A_FACE / (span / MINUTE)))


def write(database: Database, faces: int, devices: int, begun: datetime, ended: datetime) -> int:
    """Write the events of so many faces of each minute between two whole ones; returns how many events they are."""
    do, minutes = _statements(database), round((ended - begun) / MINUTE)
    _expect_days(database, begun, ended)
    indexes = list(_without_indexes(database, do))
    for first in range(0, minutes, MINUTES_AT_ONCE):
        with database.transaction():
            for at in range(first, min(minutes, first + MINUTES_AT_ONCE)):
                do(_of_a_minute(begun + at * MINUTE, at * faces, faces, devices))
    for each in indexes:
        do(each)
    with database.transaction():
        for statement in (STREAMS, *((HOURS_OF_EVENTS[1], FACES_OF_HOURS[1]) if _is_file(database) else ())):
            do(statement)
    return faces * OF_A_FACE * minutes


def _of_a_minute(minute: datetime, first: int, faces: int, devices: int) -> str:
    return EVENTS_OF_A_MINUTE.format(
        first=first, before=first + faces, minute=iso_utc(minute)[:MINUTE_CHARACTERS], devices=devices,
        of_a_face=OF_A_FACE, parts=", ".join(f"({part})" for part in range(OF_A_FACE)), feelings=len(EMOTIONS),
        emotions=", ".join(f"({place}, '{each}')" for place, each in enumerate(EMOTIONS)), probabilities=PROBABILITIES,
    )  # fmt: skip


def roll_up(database: Database) -> None:
    """Roll up all that is not yet."""
    rollups = RollupStore(database)
    while rollups.roll_up_events(ROLLED_UP_AT_ONCE) or rollups.roll_up_telemetry(ROLLED_UP_AT_ONCE):
        pass


def _expect_days(database: Database, begun: datetime, ended: datetime) -> None:
    """Make room for what arrives between two moments, where each day has a partition."""
    if _is_file(database):
        return
    partitions, day = Partitions(database), begun  # type: ignore[arg-type]  # it is no file
    while day <= ended:
        partitions.expect(iso_utc(day))
        day += timedelta(days=1)


def _is_file(database: Database) -> bool:
    return isinstance(database, SqliteDatabase)


def _statements(database: Any) -> Callable[[str], object]:
    """What runs a statement without values; a file's pages are kept in memory meanwhile."""
    if not _is_file(database):
        return database.do  # type: ignore[no-any-return]
    database.connection.execute(f"PRAGMA cache_size = -{CACHE_KB}")
    return database.connection.execute  # type: ignore[no-any-return]


def _without_indexes(database: Any, do: Callable[[str], object]) -> Iterator[str]:
    """Drops the indexes that can be made again, and yields what makes them."""
    is_file = _is_file(database)
    text = INDEXES[is_file]
    for row in database.connection.execute(text).fetchall() if is_file else database.asked(text):
        do(f"DROP INDEX {row['name']}")
        yield row["sql"]
