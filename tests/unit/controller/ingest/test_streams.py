from collections.abc import Iterable

from controller_messages import AT, DEVICE, EPOCH, an_event
from fer_controller.ingest.streams import Streams
from fer_controller.store.events.progress import Progress
from fer_controller.store.events.records import Gap, Stream
from hypothesis import given
from hypothesis import strategies as st

KEY = (DEVICE, EPOCH)


def nothing_above(_device: str, _epoch: str, _seq: int) -> Iterable[int]:
    return ()


def streams(*known: Stream, stored: Iterable[int] = (), ranges_max: int = 100) -> Streams:
    def above(_device: str, _epoch: str, seq: int) -> list[int]:
        return sorted(each for each in stored if each > seq)

    return Streams(known, above, ranges_max)


def contiguous(some: Streams) -> int:
    return some.ack(KEY).seq


def test_events_in_order_move_the_contiguous_seq() -> None:
    some = streams()
    assert [some.note(an_event(seq)) for seq in (1, 2, 3)] == [True, True, True]
    assert contiguous(some) == 3


def test_a_hole_holds_the_contiguous_seq_until_it_is_filled() -> None:
    some = streams()
    for seq in (1, 3, 4, 6):
        some.note(an_event(seq))
    assert contiguous(some) == 1
    some.note(an_event(2))
    assert contiguous(some) == 4
    some.note(an_event(5))
    assert contiguous(some) == 6


def test_an_event_that_comes_again_is_known() -> None:
    some = streams()
    for seq in (1, 3):
        some.note(an_event(seq))
    assert [some.note(an_event(seq)) for seq in (1, 3)] == [False, False]


def test_a_stream_first_seen_begins_at_its_oldest_seq_without_a_gap() -> None:
    some = streams()
    some.note(an_event(40, oldest_seq=40))
    assert some.take_changes(AT) == ([Stream(DEVICE, EPOCH, 40, 39)], [])


def test_what_was_dropped_at_the_cap_is_noted_as_a_gap_and_passed() -> None:
    some = streams()
    for seq in (1, 2, 5):
        some.note(an_event(seq))
    some.note(an_event(11, oldest_seq=10))
    gaps = [Gap(DEVICE, EPOCH, 3, 4, AT), Gap(DEVICE, EPOCH, 6, 9, AT)]
    assert some.take_changes(AT) == ([Stream(DEVICE, EPOCH, 9)], gaps)
    some.note(an_event(10, oldest_seq=10))
    assert contiguous(some) == 11


def test_a_declared_drop_of_what_is_stored_is_no_gap() -> None:
    some = streams()
    for seq in (1, 2, 3):
        some.note(an_event(seq))
    some.note(an_event(4, oldest_seq=4))
    assert some.take_changes(AT) == ([Stream(DEVICE, EPOCH, 4)], [])


def test_an_oldest_seq_beyond_its_own_event_drops_nothing_of_it() -> None:
    some = streams()
    some.note(an_event(1))
    some.note(an_event(2, oldest_seq=50))
    assert contiguous(some) == 2


def test_after_a_restart_seqs_above_the_hole_are_remembered() -> None:
    some = streams(Stream(DEVICE, EPOCH, 3), stored=[1, 2, 3, 5, 6])
    some.note(an_event(4))
    assert contiguous(some) == 6


def test_the_newest_stream_of_a_device_is_the_one_begun_last() -> None:
    some = streams(Stream("a", "e1", 1), Stream("b", "e1", 1), Stream("a", "e2", 1))
    assert some.newest() == [("a", "e2"), ("b", "e1")]
    some.note(an_event(1, device="b", epoch="e9"))
    assert some.newest_of("b") == ("b", "e9")


@given(st.permutations(range(1, 30)))
def test_any_order_of_arrival_ends_at_the_last_seq(order: list[int]) -> None:
    some = streams()
    seen: set[int] = set()
    for seq in order:
        assert some.note(an_event(seq))
        seen.add(seq)
        expected = next(each for each in range(1, 31) if each not in seen) - 1
        assert contiguous(some) == expected


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), max_size=60))
def test_no_seq_is_acked_that_was_neither_stored_nor_declared_dropped(arrivals: list[tuple[int, int]]) -> None:
    some = streams()
    stored: set[int] = set()
    excused: set[int] = set()
    for number, (seq, oldest) in enumerate(arrivals):
        declared = min(seq, oldest)
        if number == 0:
            excused.update(range(1, declared))
        some.note(an_event(seq, oldest_seq=declared))
        stored.add(seq)
        for gap in some.take_changes(AT)[1]:
            dropped = set(range(gap.first_seq, gap.last_seq + 1))
            assert not dropped & stored
            excused |= dropped
        assert set(range(1, contiguous(some) + 1)) <= stored | excused


@given(st.permutations(range(2, 40)), st.integers(1, 5))
def test_a_bounded_memory_of_runs_is_made_good_from_the_store(order: list[int], ranges_max: int) -> None:
    stored: set[int] = set()
    progress = Progress(0, ranges_max, lambda seq: sorted(each for each in stored if each > seq))
    for seq in (*order, 1):
        progress.add(seq)
        stored.add(seq)
        while progress.has_more_in_store:
            progress.recall()
    assert progress.contiguous_seq == 39
