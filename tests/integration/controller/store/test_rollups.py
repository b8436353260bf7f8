"""Rollups on a real database: what is counted is counted once, whatever comes again."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from arrivals import ALL, ANY, LATER, NOW, arrive, forget_events, forgetting, measured, rollup, seqs
from controller_messages import DEVICE, START, an_event, some_telemetry
from fer_controller.errors import StoreError
from fer_controller.store import opening
from fer_controller.store.filter import EventFilter
from fer_controller.store.ingest.records import Written
from fer_controller.store.ingest.store import IngestStore
from fer_controller.store.rollups.records import HOUR, MINUTE, EmotionRollup
from fer_controller.store.rollups.store import RollupStore


def test_telemetry_is_rolled_up_to_the_minute_and_the_hour_in_which_it_came(
    store: IngestStore, keeping: RollupStore, reader: RollupStore
) -> None:
    for second, fps, cpu_percent in ((0, 20.0, 10.0), (10, 10.0, None), (20, None, 30.0), (60, 40.0, None)):
        arrive(store, at=START + timedelta(seconds=second), telemetry=(measured(second, fps, cpu_percent),))
    assert [keeping.roll_up_telemetry(3), keeping.roll_up_telemetry(3), keeping.roll_up_telemetry(3)] == [3, 1, 0]
    minute, hour = "2026-01-31T12:00:00.000Z", "2026-01-31T12:01:00.000Z"
    assert reader.telemetry_rollups(MINUTE, ANY, ALL) == [
        rollup(minute, 3, 15.0, 10.0, 75.0, 100.0, 20.0, 60.0, None, 0, None),
        rollup(hour, 1, 40.0, 40.0, 25.0, 25.0, None, 100.0, None, 0, None),
    ]
    (whole,) = reader.telemetry_rollups(HOUR, ANY, ALL)
    assert (whole.start, whole.samples, whole.figure("fps_min")) == (minute, 4, 10.0)
    assert whole.figure("fps_mean") == pytest.approx(70 / 3)


def test_emotions_are_rolled_up_by_when_they_were_seen_and_an_end_is_none(
    store: IngestStore, keeping: RollupStore, reader: RollupStore
) -> None:
    arrive(
        store,
        an_event(1, kind="start", confidence=0.5),
        an_event(2, kind="heartbeat", confidence=1.0, uncertain=False),
        an_event(3, kind="change", emotion="sad", uncertain=True),
        an_event(4, kind="end", emotion="sad", uncertain=True),
        an_event(61, kind="heartbeat"),
        at=NOW,
    )
    assert keeping.roll_up_events(ALL) == 5
    minute = "2026-01-31T12:00:00.000Z"
    assert reader.emotion_rollups(MINUTE, EventFilter(until="2026-01-31T12:01"), ALL) == [
        EmotionRollup(minute, DEVICE, "door", "happy", 2, 1, 0.75, 0, rated=1),
        EmotionRollup(minute, DEVICE, "door", "sad", 1, 0, 0.75, 1, rated=1),
    ]
    assert [each.events for each in reader.emotion_rollups(HOUR, EventFilter(emotion="happy"), ALL)] == [3]
    assert reader.emotion_rollups(HOUR, EventFilter(device="another"), ALL) == []


def test_an_event_that_comes_again_after_it_was_forgotten_is_not_counted_twice(
    store: IngestStore, keeping: RollupStore, reader: RollupStore
) -> None:
    arrive(store, *(an_event(seq) for seq in range(1, 6)))
    keeping.roll_up_events(ALL)
    assert forget_events(keeping) == 4
    assert seqs(store) == [5]
    assert arrive(store, *(an_event(seq) for seq in range(1, 7))) == Written(1, 5)
    keeping.roll_up_events(ALL)
    assert seqs(store) == [5, 6]
    assert [each.events for each in reader.emotion_rollups(HOUR, ANY, ALL)] == [6]
    assert store.dead_letters.newest(10) == []


def test_what_is_not_rolled_up_yet_is_not_forgotten(store: IngestStore, keeping: RollupStore) -> None:
    arrive(store, *(an_event(seq) for seq in range(1, 6)), telemetry=(some_telemetry(), some_telemetry(second=9)))
    assert (forget_events(keeping), forgetting(keeping).forget_telemetry(LATER, ALL)) == (0, 0)


def test_what_came_later_is_kept_though_it_was_seen_long_before(store: IngestStore, keeping: RollupStore) -> None:
    arrive(store, an_event(1), an_event(2), at=START)
    arrive(store, an_event(3), an_event(4), at=NOW)
    keeping.roll_up_events(ALL)
    assert forget_events(keeping, LATER) == 2
    assert seqs(store) == [3, 4]


def test_events_above_a_hole_are_kept_until_it_is_filled(store: IngestStore, keeping: RollupStore) -> None:
    arrive(store, *(an_event(seq) for seq in (1, 2, 4, 5)), contiguous_seq=2)
    arrive(store, an_event(1, epoch="epoch-b"), contiguous_seq=2)
    keeping.roll_up_events(ALL)
    assert forget_events(keeping) == 2
    arrive(store, an_event(3), contiguous_seq=5)
    assert seqs(store) == [1, 3, 4, 5]
    keeping.roll_up_events(ALL)
    assert forget_events(keeping) == 2


def test_the_newest_row_stays_so_that_ids_grow_for_ever(store: IngestStore, keeping: RollupStore) -> None:
    arrive(store, *(an_event(seq) for seq in range(1, 4)), telemetry=(some_telemetry(), some_telemetry(second=9)))
    keeping.roll_up_events(ALL)
    keeping.roll_up_telemetry(ALL)
    forget_events(keeping)
    forgetting(keeping).forget_telemetry(LATER, ALL)
    arrive(store, an_event(4), telemetry=(some_telemetry(second=20),))
    assert store.events.last_event_id() == 4
    assert [message.id for message in store.telemetry.newest_telemetry(None, 10)] == [2, 3]


def test_a_database_from_before_rollups_says_so(tmp_path: Path) -> None:
    db = tmp_path / "old.db"
    opening.writer(db, create=True).close()
    connection = sqlite3.connect(db)
    for table in ("rolled_up", "telemetry_rollups", "emotion_rollups"):
        connection.execute(f"DROP TABLE {table}")
    connection.commit()
    connection.close()
    with opening.reader(db) as database, pytest.raises(StoreError, match="start `fer-controller serve` with it once"):
        RollupStore(database).emotion_rollups(HOUR, ANY, 1)
