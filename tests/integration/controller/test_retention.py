"""Rolling up and forgetting, on a real database: whatever comes again or dies, each event is counted once."""

import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

from arrivals import ALL, ANY, NOW, arrive, forget_events, forgetting, seqs
from controller_messages import EPOCH, START, an_event, as_arrived, some_telemetry
from fer_controller.retention import Keeper
from fer_controller.settings import RetentionSettings
from fer_controller.store import opening
from fer_controller.store.commands.records import CommandRow
from fer_controller.store.commands.store import CommandStore
from fer_controller.store.events.records import Stream
from fer_controller.store.ingest.records import Batch
from fer_controller.store.ingest.store import IngestStore
from fer_controller.store.rollups.records import HOUR, MINUTE
from fer_controller.store.rollups.store import RollupStore
from fer_wire.message import iso_utc
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis_profiles import examples

KILLS = examples(12)


def keeper(store: RollupStore, rows: int = 100, **days: float) -> Keeper:
    return Keeper(store, forgetting(store), RetentionSettings(**days), lambda: NOW, rows_at_a_time=rows, pause_s=0)


def test_many_events_above_a_hole_do_not_keep_others_from_being_forgotten(
    store: IngestStore, keeping: RollupStore
) -> None:
    arrive(store, *(an_event(seq) for seq in range(2, 30)), contiguous_seq=0)
    store.write(
        Batch(
            iso_utc(START),
            events=as_arrived(*(an_event(seq, device="nano-02") for seq in (1, 2)), at=iso_utc(START)),
            streams=[Stream("nano-02", EPOCH, 2)],
        )
    )
    arrive(store, an_event(40), at=NOW, contiguous_seq=0)
    keeper(keeping, events_days=1, rows=5).tidy(Event())
    assert store.events.tally("nano-02").stored == 0
    assert seqs(store) == [*range(2, 30), 40]


def test_old_minutes_go_and_hours_stay(store: IngestStore, keeping: RollupStore, reader: RollupStore) -> None:
    arrive(store, *(an_event(seq) for seq in (1, 70, 200)), telemetry=(some_telemetry(),))
    keeper(keeping, minutes_days=1, hours_days=0).tidy(Event())
    assert reader.emotion_rollups(MINUTE, ANY, ALL) == []
    assert reader.telemetry_rollups(MINUTE, ANY, ALL) == []
    assert [each.events for each in reader.emotion_rollups(HOUR, ANY, ALL)] == [3]
    assert [each.samples for each in reader.telemetry_rollups(HOUR, ANY, ALL)] == [1]


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


def test_commands_are_forgotten_when_they_are_old_and_beyond_so_many(tmp_path: Path) -> None:
    with opening.writer(tmp_path / "fleet.db", create=True) as database:
        commands, rollups = CommandStore(database), RollupStore(database)
        for day in range(1, 10):
            at = f"2026-01-{day:02}T12:00:00.000Z"
            commands.ask(CommandRow(f"{day:032x}", f"nano-{day}", "logs", at, "alice", at))
        kept, now = RetentionSettings(commands_days=7, commands_max=3), datetime(2026, 1, 11, tzinfo=UTC)
        Keeper(rollups, forgetting(rollups), kept, lambda: now, rows_at_a_time=2, pause_s=0, commands=commands).tidy(
            Event()
        )
        assert [each.device for each in commands.newest("", 100)] == ["nano-9", "nano-8", "nano-7"]
