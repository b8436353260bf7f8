"""Rollups and forgetting, on a real database: what is counted is counted once, whatever comes again or dies."""

import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

import pytest
from controller_messages import DEVICE, EPOCH, START, an_event, some_telemetry
from controller_process import json_lines, run
from fer_controller.errors import StoreError
from fer_controller.metrics.catalogue import SUMMARIZED
from fer_controller.retention import Keeper
from fer_controller.settings import RetentionSettings
from fer_controller.store import opening
from fer_controller.store.events.records import Stream
from fer_controller.store.filter import EventFilter
from fer_controller.store.ingest.records import Batch, Written
from fer_controller.store.ingest.store import IngestStore
from fer_controller.store.rollups.records import HOUR, MINUTE, EmotionRollup, TelemetryRollup
from fer_controller.store.rollups.store import RollupStore
from fer_wire import EmotionEvent, Telemetry
from fer_wire.message import iso_utc
from fer_wire.telemetry import CameraTelemetry, HostTelemetry
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis_profiles import examples
from opened_stores import ingest_store

ANY = EventFilter()
ALL = 10**6
NOW = datetime(2026, 3, 1, tzinfo=UTC)
LATER = iso_utc(NOW)
KILLS = 12


@pytest.fixture
def store(tmp_path: Path) -> Iterator[IngestStore]:
    with ingest_store(tmp_path / "fleet.db") as made:
        yield made


@pytest.fixture
def keeping(tmp_path: Path, store: IngestStore) -> Iterator[RollupStore]:
    assert store.events.last_event_id() == 0
    with opening.writer(tmp_path / "fleet.db") as database:
        yield RollupStore(database)


@pytest.fixture
def reader(tmp_path: Path, store: IngestStore) -> Iterator[RollupStore]:
    assert store.events.last_event_id() == 0
    with opening.reader(tmp_path / "fleet.db") as database:
        yield RollupStore(database)


def arrive(
    store: IngestStore,
    *events: EmotionEvent,
    at: datetime = START,
    contiguous_seq: int | None = None,
    telemetry: tuple[Telemetry, ...] = (),
) -> Written:
    """Store these as a batch that came at that time, their stream whole up to contiguous_seq, or to the last event."""
    last_seq = max((event.seq for event in events), default=0) if contiguous_seq is None else contiguous_seq
    streams = [Stream(DEVICE, EPOCH, last_seq)] if events else []
    return store.write(Batch(iso_utc(at), events=list(events), streams=streams, telemetry=list(telemetry)))


def measured(second: int, fps: float | None, cpu_percent: float | None = None) -> Telemetry:
    camera = CameraTelemetry(camera="door", fps=fps, latency_p95_ms=None if fps is None else 1000 / fps)
    host = HostTelemetry(cpu_percent=cpu_percent, cpu_temperature_c=40.0 + second)
    return some_telemetry(second=second).model_copy(update={"host": host, "cameras": (camera,)})


def rollup(start: str, samples: int, *figures: float | None) -> TelemetryRollup:
    named = zip((summary.field for _, summary in SUMMARIZED), figures, strict=True)
    return TelemetryRollup.model_validate({"start": start, "device": DEVICE, "samples": samples, **dict(named)})


def seqs(store: IngestStore) -> list[int]:
    return [event.seq for event in store.events.events_page(ANY, ("", 0), ALL)]


def forget_events(keeping: RollupStore, before: str = LATER) -> int:
    return keeping.forget_events(before, 0, ALL)[0]


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
        an_event(2, kind="heartbeat", confidence=1.0),
        an_event(3, kind="change", emotion="sad"),
        an_event(4, kind="end", emotion="sad"),
        an_event(61, kind="heartbeat"),
        at=NOW,
    )
    assert keeping.roll_up_events(ALL) == 5
    minute = "2026-01-31T12:00:00.000Z"
    assert reader.emotion_rollups(MINUTE, EventFilter(until="2026-01-31T12:01"), ALL) == [
        EmotionRollup(minute, DEVICE, "door", "happy", 2, 1, 0.75),
        EmotionRollup(minute, DEVICE, "door", "sad", 1, 0, 0.75),
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
    assert (forget_events(keeping), keeping.forget_telemetry(LATER, ALL)) == (0, 0)


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


def test_many_events_above_a_hole_do_not_keep_others_from_being_forgotten(
    store: IngestStore, keeping: RollupStore
) -> None:
    arrive(store, *(an_event(seq) for seq in range(2, 30)), contiguous_seq=0)
    store.write(
        Batch(
            iso_utc(START),
            events=[an_event(seq, device="nano-02") for seq in (1, 2)],
            streams=[Stream("nano-02", EPOCH, 2)],
        )
    )
    arrive(store, an_event(40), at=NOW, contiguous_seq=0)
    keeper(keeping, events_days=1, rows=5).tidy(Event())
    assert store.events.tally("nano-02").stored == 0
    assert seqs(store) == [*range(2, 30), 40]


def test_the_newest_row_stays_so_that_ids_grow_for_ever(store: IngestStore, keeping: RollupStore) -> None:
    arrive(store, *(an_event(seq) for seq in range(1, 4)), telemetry=(some_telemetry(), some_telemetry(second=9)))
    keeping.roll_up_events(ALL)
    keeping.roll_up_telemetry(ALL)
    forget_events(keeping)
    keeping.forget_telemetry(LATER, ALL)
    arrive(store, an_event(4), telemetry=(some_telemetry(second=20),))
    assert store.events.last_event_id() == 4
    assert [message.id for message in store.telemetry.newest_telemetry(None, 10)] == [2, 3]


def test_old_minutes_go_and_hours_stay(store: IngestStore, keeping: RollupStore, reader: RollupStore) -> None:
    arrive(store, *(an_event(seq) for seq in (1, 70, 200)), telemetry=(some_telemetry(),))
    keeper(keeping, minutes_days=1, hours_days=0).tidy(Event())
    assert reader.emotion_rollups(MINUTE, ANY, ALL) == []
    assert reader.telemetry_rollups(MINUTE, ANY, ALL) == []
    assert [each.events for each in reader.emotion_rollups(HOUR, ANY, ALL)] == [3]
    assert [each.samples for each in reader.telemetry_rollups(HOUR, ANY, ALL)] == [1]


def keeper(store: RollupStore, rows: int = 100, **days: float) -> Keeper:
    return Keeper(store, RetentionSettings(**days), lambda: NOW, rows_at_a_time=rows, pause_s=0)


STEPS = st.lists(st.tuples(st.sampled_from(["arrive", "again", "roll", "forget"]), st.integers(1, 6)), max_size=30)


@settings(max_examples=examples(60))
@given(STEPS)
def test_each_event_is_rolled_up_once_in_whatever_order_things_happen(steps: list[tuple[str, int]]) -> None:
    with TemporaryDirectory() as folder:
        db = Path(folder) / "fleet.db"
        database, last_seq = opening.writer(db, create=True), 0
        store, keeping = IngestStore(database), RollupStore(database)
        for what, count in steps:
            if what == "arrive":
                arrive(store, *(an_event(last_seq + more) for more in range(1, count + 1)))
                last_seq += count
            elif what == "again":
                arrive(store, *(an_event(seq) for seq in range(1, min(count, last_seq) + 1)), contiguous_seq=last_seq)
            elif what == "roll":
                keeping.roll_up_events(count)
            else:
                forget_events(keeping)
        while keeping.roll_up_events(3):
            pass
        assert sum(each.events for each in keeping.emotion_rollups(HOUR, ANY, ALL)) == last_seq
        assert seqs(store) == sorted(set(seqs(store)))
        database.close()


TIDY_FOR_EVER = """
import sys
from datetime import datetime, timezone
from pathlib import Path
from threading import Event
from fer_controller.metrics.catalogue import SUMMARIZED
from fer_controller.retention import Keeper
from fer_controller.settings import RetentionSettings
from fer_controller.store import opening
from fer_controller.store.rollups.store import RollupStore
kept = RetentionSettings(events_days=1, telemetry_days=1)
now = datetime(2026, 3, 1, tzinfo=timezone.utc)
keeper = Keeper(RollupStore(opening.writer(Path(sys.argv[1]))), kept, lambda: now, rows_at_a_time=7, pause_s=0.0005)
print("begun", flush=True)
while True:
    keeper.tidy(Event())
"""


def test_kill_9_at_random_moments_counts_nothing_twice_and_loses_nothing(
    tmp_path: Path, store: IngestStore, reader: RollupStore
) -> None:
    db, last_seq, chance = tmp_path / "fleet.db", 0, random.Random(9)
    for _ in range(KILLS):
        process = subprocess.Popen([sys.executable, "-c", TIDY_FOR_EVER, str(db)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        until_s = time.monotonic() + chance.uniform(0.01, 0.2)
        while time.monotonic() < until_s:
            events = [an_event(last_seq + more) for more in range(1, 41)]
            arrive(store, *events, *events[:5], telemetry=(some_telemetry(second=last_seq),))
            last_seq += 40
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        process.stdout.close()
    with opening.writer(db) as database:
        keeper(RollupStore(database), events_days=1, telemetry_days=1).tidy(Event())
    assert sum(each.events for each in reader.emotion_rollups(HOUR, ANY, ALL)) == last_seq
    assert sum(each.samples for each in reader.telemetry_rollups(HOUR, ANY, ALL)) == last_seq // 40
    assert seqs(store) == [last_seq]
    assert store.dead_letters.newest(10) == []


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


def test_the_commands_print_rollups_as_a_table_and_as_json_lines(
    tmp_path: Path, store: IngestStore, keeping: RollupStore
) -> None:
    arrive(store, an_event(1, kind="start"), an_event(2, emotion="[red]sad[/red]"), telemetry=(measured(0, 20.0),))
    keeping.roll_up_events(ALL)
    keeping.roll_up_telemetry(ALL)
    db = str(tmp_path / "fleet.db")
    (health,) = json_lines(run("telemetry", "--db", db, "--per", "hour", "--json").stdout)
    assert (health["device"], health["samples"], health["fps_mean"]) == (DEVICE, 1, 20.0)
    emotions = json_lines(run("events", "--db", db, "--per", "minute", "--emotion", "happy", "--json").stdout)
    assert [(each["start"], each["events"], each["faces"]) for each in emotions] == [("2026-01-31T12:00:00.000Z", 1, 1)]
    assert "[red]sad[/red]" in run("events", "--db", db, "--per", "hour").stdout
    assert "20.0" in run("telemetry", "--db", db, "--per", "hour").stdout


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("events", "--per", "day"), "--per 'day' is not rolled up; choose one of minute, hour."),
        (("events", "--per", "hour", "--kind", "start"), "--kind cannot be given together with --per"),
        (("telemetry", "--per", "hour", "--follow"), "--follow cannot be given together with --per"),
    ],
)
def test_what_cannot_be_asked_of_rollups_is_said(
    tmp_path: Path, store: IngestStore, options: tuple[str, ...], says: str
) -> None:
    assert store.events.last_event_id() == 0
    done = run(*options, "--db", str(tmp_path / "fleet.db"))
    assert done.returncode == 2
    assert says in " ".join(done.stderr.replace("│", " ").split())
