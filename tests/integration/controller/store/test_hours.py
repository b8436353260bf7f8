"""What is noted of each hour lets a look skip what cannot match, and never what does."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from controller_messages import DEVICE, EPOCH, START, a_batch, an_event
from fer_controller.store import opening
from fer_controller.store.events import hours
from fer_controller.store.events.records import Stream
from fer_controller.store.events.tables import FACES_OF_HOURS, HOURS_OF_EVENTS
from fer_controller.store.filter import EventFilter
from fer_controller.store.ingest.memory import MemoryStore
from fer_controller.store.ingest.store import IngestStore
from fer_controller.store.rollups.forgetting import RowForgetting
from fer_controller.store.rollups.store import RollupStore
from fer_controller.store.sqlite.database import SqliteDatabase
from fer_wire import EmotionEvent
from fer_wire.events import Pose
from fer_wire.message import iso_utc
from hypothesis import given
from hypothesis import strategies as st


def turned(yaw_degrees: float) -> Pose:
    return Pose(yaw_degrees=yaw_degrees, pitch_degrees=0, roll_degrees=0)


CAMERAS, EMOTIONS, KINDS = ("door", "hall"), ("happy", "sad"), ("start", "heartbeat")
MODELS = ("mini@1/int8", "mini@2/int8")
TIMES = st.integers(0, 9).map(lambda hour: START + timedelta(hours=hour, minutes=7 * hour))
POSES = st.none() | st.floats(-90, 90).map(turned)
EVENTS = st.lists(
    st.fixed_dictionaries(
        {
            "time": TIMES,
            "camera": st.sampled_from(CAMERAS),
            "emotion": st.sampled_from(EMOTIONS),
            "kind": st.sampled_from(KINDS),
            "track": st.integers(1, 5),
            "face_px": st.none() | st.floats(1, 300),
            "pose": POSES,
            "model": st.sampled_from(MODELS),
            "confidence": st.sampled_from((0.5, 0.9)),
            "uncertain": st.sampled_from([None, True, False]),
        }
    ),
    max_size=25,
)
FILTERS = st.builds(
    EventFilter,
    device=st.sampled_from([None, "nano-01", "nano-02"]),
    camera=st.sampled_from([None, *CAMERAS, "roof"]),
    emotion=st.sampled_from([None, *EMOTIONS, "bored"]),
    kind=st.sampled_from([None, *KINDS, "end"]),
    track=st.none() | st.integers(0, 6),
    min_face_px=st.none() | st.floats(0, 400),
    max_yaw=st.none() | st.floats(0, 100),
    model=st.none() | st.sampled_from(MODELS),
    min_confidence=st.sampled_from([None, 0.5, 0.7]),
    uncertain=st.sampled_from([None, True, False]),
    since=st.just("") | TIMES.map(iso_utc),
    until=st.just("~") | TIMES.map(iso_utc),
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    with opening.writer(tmp_path / "fleet.db", create=True) as database:
        yield database


@given(described=EVENTS, wanted=FILTERS, limit=st.integers(1, 8), at_a_time=st.integers(1, 4))
def test_every_look_finds_what_a_look_at_all_events_finds(
    described: list[dict[str, Any]], wanted: EventFilter, limit: int, at_a_time: int
) -> None:
    events = [an_event(seq, f"nano-0{seq % 2 + 1}", **each) for seq, each in enumerate(described, start=1)]
    with (
        TemporaryDirectory() as folder,
        opening.writer(Path(folder) / "fleet.db", create=True) as database,
        pytest.MonkeyPatch.context() as patched,
    ):
        patched.setattr(hours, "HOURS_AT_A_TIME", at_a_time)
        ours, plain = IngestStore(database), MemoryStore()
        for store in (ours, plain):
            store.write(a_batch(*events[::2]))
            store.write(a_batch(*events[1::2]))
        last_id = plain.events.last_event_id()
        newest = plain.events.newest_events(wanted, limit, last_id)
        assert ours.events.newest_events(wanted, limit, last_id) == newest
        assert ours.events.events_stored_after(wanted, 1, limit) == plain.events.events_stored_after(wanted, 1, limit)
        after, pages = ("", 0), []
        while page := ours.events.events_page(wanted, after, limit):
            assert page == plain.events.events_page(wanted, after, limit)
            pages += page
            after = (page[-1].time, page[-1].id)
        assert pages == plain.events.events_page(wanted, ("", 0), 1000)


@pytest.mark.parametrize(
    "wanted",
    [
        EventFilter(camera="roof"),
        EventFilter(emotion="bored", kind="heartbeat"),
        EventFilter(track=99),
        EventFilter(min_face_px=1000),
        EventFilter(max_yaw=1),
        EventFilter(min_face_px=56, max_yaw=20),
        EventFilter(until="2020"),
    ],
)
def test_a_look_for_what_is_nowhere_reads_no_event(database: SqliteDatabase, wanted: EventFilter) -> None:
    store = IngestStore(database)
    store.write(a_batch(*(an_event(seq, face_px=50.0 + seq, pose=turned(5.0 * seq)) for seq in range(1, 10))))
    statements: list[str] = []
    database.connection.set_trace_callback(statements.append)
    assert store.events.newest_events(wanted, 50, up_to_id=9) == []
    assert store.events.events_page(wanted, ("", 0), 50) == []
    assert store.events.events_stored_after(wanted, 0, 50) == []
    assert [each for each in statements if "FROM events" in each and "max(id)" not in each] == []
    assert sum("FROM event_hours" in each for each in statements) == 3


def noted(database: SqliteDatabase) -> list[tuple[object, ...]]:
    found = database.connection.execute("SELECT * FROM event_hours ORDER BY hour, camera, emotion, kind")
    return [tuple(row) for row in found]


def faces(database: SqliteDatabase) -> list[tuple[object, ...]]:
    found = database.connection.execute("SELECT face_px, yaw_degrees FROM best_faces ORDER BY hour, face_px")
    return [tuple(row) for row in found]


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(-9, 9)), min_size=1, max_size=30), st.integers(1, 5))
def test_of_each_hour_the_faces_are_kept_that_no_other_one_outdoes(seen: list[tuple[int, int]], at_a_time: int) -> None:
    with TemporaryDirectory() as folder, opening.writer(Path(folder) / "fleet.db", create=True) as database:
        store = IngestStore(database)
        events = [an_event(seq, face_px=px, pose=turned(yaw)) for seq, (px, yaw) in enumerate(seen, start=1)]
        for first in range(0, len(events), at_a_time):
            store.write(a_batch(*events[first : first + at_a_time]))
        noted = faces(database)
        database.connection.execute("DROP TABLE best_faces")
        for statement in FACES_OF_HOURS:
            database.connection.execute(statement)
        assert faces(database) == noted
    best = {
        (px, abs(yaw))
        for px, yaw in seen
        if not any((a, abs(b)) != (px, abs(yaw)) and a >= px and abs(b) <= abs(yaw) for a, b in seen)
    }
    assert noted == sorted(best)


def test_an_upgrade_notes_what_the_ingest_would_have(database: SqliteDatabase) -> None:
    pose = turned(-40)
    events = [
        an_event(1),
        an_event(2, track=7, face_px=80.5, pose=pose),
        an_event(3, emotion="sad", time=START + timedelta(hours=1)),
        an_event(4, track=3, face_px=20, pose=turned(12.5)),
    ]
    store = IngestStore(database)
    store.write(a_batch(*events[:2]))
    store.write(a_batch(*events[2:]))
    by_the_ingest = noted(database)
    database.connection.execute("DROP TABLE event_hours")
    for statement in HOURS_OF_EVENTS:
        database.connection.execute(statement)
    assert noted(database) == by_the_ingest
    assert by_the_ingest[0] == ("2026-01-31T12", "door", "happy", "heartbeat", 1, 7, 80.5, 12.5)


def test_hours_are_forgotten_with_their_events(database: SqliteDatabase) -> None:
    def event(seq: int) -> EmotionEvent:
        return an_event(seq, time=START + timedelta(hours=seq), face_px=10 * seq, pose=turned(0))

    store = IngestStore(database)
    store.write(a_batch(*map(event, range(1, 5)), streams=[Stream(DEVICE, EPOCH, 4)]))
    RollupStore(database).roll_up_events(10)
    assert RowForgetting(database).forget_events("~", 0, 2)[0] == 2
    assert [row[0] for row in noted(database)] == ["2026-01-31T15", "2026-01-31T16"]
    assert faces(database) == [(30, 0), (40, 0)]
