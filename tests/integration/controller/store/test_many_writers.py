"""Several ingest processes on one PostgreSQL: they get the same messages, out of order, and are thrown out at times."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TypeVar

import pytest
from controller_messages import AT, DEVICE, EPOCH, a_batch, an_event, some_telemetry
from fer_controller.errors import StoreUnavailable
from fer_controller.settings import PostgresUrl
from fer_controller.store import opening
from fer_controller.store.dead_letters.records import DEAD_LETTERS, REDELIVERED
from fer_controller.store.events.records import Gap, Stream
from fer_controller.store.filter import EventFilter
from fer_controller.store.ingest.records import Batch, Written
from fer_controller.store.postgresql.ingest import PostgresIngestStore
from fer_controller.store.rollups.store import RollupStore
from fer_wire import EmotionEvent
from real_postgres import Postgres

ANY = EventFilter()
WRITERS, SEQS, COPIES = 6, 150, 3
MOST_THROWN_OUT = 40
"""Or a slow machine would throw out all of them for ever."""
Outcome = TypeVar("Outcome")
STREAMS = [("nano-01", "a"), ("nano-01", "b"), ("nano-02", "a")]


@pytest.fixture
def place(postgres: Postgres) -> PostgresUrl:
    return postgres.database()


@pytest.fixture
def store(place: PostgresUrl) -> Iterator[PostgresIngestStore]:
    with opening.writer(place) as database:
        yield PostgresIngestStore(database)


def dealt(events: Sequence[EmotionEvent], seed: int) -> list[list[Batch]]:
    """For each writer its batches: every event goes to some of them, once or more, in any order."""
    dice = random.Random(seed)
    hands: list[list[EmotionEvent]] = [[] for _ in range(WRITERS)]
    for event in events:
        for hand in dice.choices(hands, k=COPIES):
            hand.insert(dice.randrange(len(hand) + 1), event)
    batches = []
    for hand in hands:
        at, cut = 0, list[Batch]()
        while at < len(hand):
            size = dice.randrange(1, 40)
            cut.append(a_batch(*hand[at : at + size], telemetry=[some_telemetry(second=dice.randrange(20))]))
            at += size
        batches.append(cut)
    return batches


def write_all(place: PostgresUrl, batches: Sequence[Batch]) -> list[Written]:
    """As a process of its own does, that is started again until it may open: each batch again until it is written."""
    with until_available(lambda: opening.writer(place)) as database:
        store = PostgresIngestStore(database)
        return [until_available(partial(store.write, batch)) for batch in batches]


def until_available(attempt: Callable[[], Outcome]) -> Outcome:
    """The outcome of the first attempt in which nobody throws us out."""
    while True:
        try:
            return attempt()
        except StoreUnavailable:
            time.sleep(0.01)


@pytest.mark.parametrize("thrown_out", [False, True])
def test_every_event_is_stored_once_whoever_gets_it_and_how_often(
    postgres: Postgres, place: PostgresUrl, store: PostgresIngestStore, *, thrown_out: bool
) -> None:
    events = [an_event(seq, device, epoch) for device, epoch in STREAMS for seq in range(1, SEQS + 1)]
    over = threading.Event()
    with ThreadPoolExecutor(WRITERS + 1) as pool:
        chaos = pool.submit(throw_out, postgres, place, over) if thrown_out else None
        writers = [pool.submit(write_all, place, batches) for batches in dealt(events, 7)]
        try:
            written = [each for writer in writers for each in writer.result()]
        finally:
            over.set()  # The pool waits for all that goes on in it, also when a writer failed.
    stored = store.events.events_stored_after(ANY, 0, 10_000)
    assert len(stored) == len({(each.device, each.epoch, each.seq) for each in stored}) == len(events)
    assert {(each.device, each.epoch): each.contiguous_seq for each in store.events.streams()} == dict.fromkeys(
        STREAMS, SEQS
    )
    assert len(store.telemetry.telemetry_stored_after(None, 0, 100)) == 20
    assert (store.events.gaps(), store.dead_letters.newest(10)) == ([], [])
    assert store.events.stored() == {"nano-01": 2 * SEQS, "nano-02": SEQS}
    if chaos is not None:
        assert chaos.result() > 0
    else:
        assert sum(each.events for each in written) == len(events)
        assert sum(each.redelivered for each in written) == (COPIES - 1) * len(events)
        assert store.dead_letters.counters() == {REDELIVERED: (COPIES - 1) * len(events)}


def throw_out(postgres: Postgres, place: PostgresUrl, over: threading.Event) -> int:
    """Close connections in the middle of what they do; returns how many."""
    thrown = 0
    while thrown < MOST_THROWN_OUT and not over.wait(0.02):
        thrown += len(
            postgres.execute(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{place.name}' "  # noqa: S608
                "AND state <> 'idle' AND random() < 0.5",
                "postgres",
            )
        )
    return thrown


def test_two_devices_with_one_spool_are_found_out_whoever_hears_them(place: PostgresUrl) -> None:
    with ThreadPoolExecutor(2) as pool:
        batches = [[a_batch(*(an_event(seq, track=track) for seq in range(1, 40)))] for track in (1, 2)]
        written = [each for result in pool.map(write_all, [place] * 2, batches) for each in result]
    assert sorted((each.events, len(each.conflicts)) for each in written) == [(0, 39), (39, 0)]
    with opening.reader(place) as database:
        assert PostgresIngestStore(database).dead_letters.counters() == {DEAD_LETTERS: 39}


def test_what_a_hole_kept_back_counts_once_it_is_filled_by_another(place: PostgresUrl) -> None:
    with opening.writer(place) as one, opening.writer(place) as other:
        here, there = PostgresIngestStore(one), PostgresIngestStore(other)
        assert here.write(a_batch(an_event(1), an_event(3), an_event(4))).streams == (Stream(DEVICE, EPOCH, 1),)
        assert there.write(a_batch(an_event(6), an_event(3))) == Written(1, 1)
        assert here.events.stored() == {DEVICE: 4}
        assert there.write(a_batch(an_event(2))).streams == (Stream(DEVICE, EPOCH, 4),)
        assert here.write(a_batch(an_event(5))).streams == (Stream(DEVICE, EPOCH, 6),)
        assert one.rows("runs_ahead", {"devices": [DEVICE], "epochs": [EPOCH]}) == []


def test_a_gap_is_declared_by_what_is_stored_and_not_by_what_one_process_heard(place: PostgresUrl) -> None:
    with opening.writer(place) as one, opening.writer(place) as other:
        here, there = PostgresIngestStore(one), PostgresIngestStore(other)
        here.write(a_batch(*(an_event(seq) for seq in range(1, 6))))
        there.write(a_batch(an_event(9, oldest_seq=8)))
        assert here.events.gaps() == [Gap(DEVICE, EPOCH, 6, 7, AT)]
        assert here.events.streams() == [Stream(DEVICE, EPOCH, 7)]


def test_an_event_that_comes_after_its_device_declared_it_dropped_is_stored_and_is_no_gap(
    store: PostgresIngestStore,
) -> None:
    store.write(a_batch(an_event(1), an_event(9, oldest_seq=8)))
    assert store.write(a_batch(an_event(5), an_event(5), an_event(1))) == Written(1, 2)
    assert [(gap.first_seq, gap.last_seq) for gap in store.events.gaps()] == [(2, 4), (6, 7)]
    store.write(a_batch(an_event(8, oldest_seq=8)))
    assert (store.events.stored(), store.events.dropped()) == ({DEVICE: 4}, {DEVICE: 5})


def test_nobody_who_follows_misses_an_event_that_is_committed_late(place: PostgresUrl) -> None:
    with opening.writer(place) as slow, opening.writer(place) as quick, opening.writer(place) as keeping:
        late, early, rollups = PostgresIngestStore(slow), PostgresIngestStore(quick), RollupStore(keeping)
        early.write(a_batch(an_event(1), telemetry=[some_telemetry()]))
        with slow.beside():
            late.write(a_batch(an_event(1, "nano-02"), telemetry=[some_telemetry("nano-02")]))
            early.write(a_batch(an_event(2), telemetry=[some_telemetry(second=9)]))
            assert early.events.last_event_id() == 1
            assert [each.seq for each in early.events.events_stored_after(ANY, 0, 10)] == [1]
            assert len(early.telemetry.newest_telemetry(None, 10)) == 1
            assert (rollups.roll_up_events(10), rollups.roll_up_telemetry(10)) == (1, 1)
        assert [each.device for each in early.events.events_stored_after(ANY, 1, 10)] == ["nano-02", DEVICE]
        assert len(early.telemetry.telemetry_stored_after(None, 1, 10)) == 2
        assert (rollups.roll_up_events(10), rollups.roll_up_telemetry(10)) == (2, 2)
        assert early.events.last_event_id() == 3


def test_followers_miss_nothing_while_many_write(place: PostgresUrl) -> None:
    events = [an_event(seq, device, epoch) for device, epoch in STREAMS for seq in range(1, SEQS + 1)]
    followed: list[int] = []
    with ThreadPoolExecutor(WRITERS) as pool, opening.reader(place) as database:
        store = PostgresIngestStore(database)
        writers = [pool.submit(write_all, place, batches) for batches in dealt(events, 8)]
        running = True
        while running:
            running = not all(writer.done() for writer in writers)
            page = store.events.events_stored_after(ANY, followed[-1] if followed else 0, 50)
            followed += [each.id for each in page]
            running = running or bool(page)
    assert followed == sorted(set(followed))
    assert len(followed) == len(events)


def test_several_processes_may_make_the_tables_at_once(postgres: Postgres) -> None:
    place = postgres.empty()

    def make(_: int) -> None:
        opening.writer(place, create=True).close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(make, range(4)))
    with opening.writer(place) as database:
        assert PostgresIngestStore(database).write(a_batch(an_event(1))) == Written(1, 0)


@pytest.mark.parametrize("day", ["2019-03-01", "2026-02-28", "2026-03-01", "9999-12-31", "1970-01-01"])
def test_whatever_day_the_clock_says_a_batch_is_stored(store: PostgresIngestStore, day: str) -> None:
    store.write(a_batch(an_event(1)))
    batch = a_batch(an_event(2), telemetry=[some_telemetry(second=1)])
    events = [event._replace(received_at=f"{day}T23:59:59.999Z") for event in batch.events]
    store.write(replace(batch, received_at=f"{day}T23:59:59.999Z", events=events))
    assert len(store.events.events_stored_after(ANY, 0, 10)) == 2
    assert len(store.telemetry.newest_telemetry(None, 10)) == 1


def test_the_same_telemetry_on_another_day_is_the_same(store: PostgresIngestStore) -> None:
    batch = a_batch(telemetry=[some_telemetry()])
    store.write(batch)
    store.write(replace(batch, received_at="2026-02-01T00:00:00.000Z"))
    assert len(store.telemetry.newest_telemetry(None, 10)) == 1


def test_a_partition_that_somebody_dropped_is_made_again(
    place: PostgresUrl, postgres: Postgres, store: PostgresIngestStore
) -> None:
    store.write(a_batch(an_event(1)))
    postgres.execute("DROP TABLE events_20260131", place.name)
    with pytest.raises(StoreUnavailable, match="no partition for this day any more"):
        store.write(a_batch(an_event(2)))
    assert store.write(a_batch(an_event(2))) == Written(1, 0)


def test_what_a_device_cannot_mean_does_not_stop_the_others(store: PostgresIngestStore) -> None:
    store.write(a_batch(an_event(1, model="mi\0ni"), an_event(2)))
    assert [each.model for each in store.events.events_stored_after(ANY, 0, 10)] == ["mi\ufffdni", "mini@1/int8"]
