from datetime import UTC, datetime
from itertools import islice

import pytest
from controller_messages import a_batch, an_event
from fer_controller.desk.events import PAGE_EVENTS, every, follow, moment, newest
from fer_controller.errors import SettingsError
from fer_controller.store.filter import EventFilter
from fer_controller.store.ingest.memory import MemoryStore

NOW = datetime(2026, 1, 31, 13, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", "2026-01-31T12:58:30.000Z"),
        ("10m", "2026-01-31T12:50:00.000Z"),
        ("2h", "2026-01-31T11:00:00.000Z"),
        ("3d", "2026-01-28T13:00:00.000Z"),
        ("1w", "2026-01-24T13:00:00.000Z"),
        ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000Z"),
        ("2026-01-31T12:00:00.5+02:00", "2026-01-31T10:00:00.500Z"),
        ("2026-01-31", "2026-01-31T00:00:00.000Z"),
    ],
)
def test_a_moment_is_a_time_ago_or_an_iso_time(text: str, expected: str) -> None:
    assert moment(text, NOW) == expected


@pytest.mark.parametrize("text", ["", "soon", "10", "10y", "999999999w", "2026-13-01", "-5m"])
def test_anything_else_is_told_what_would_be_a_time(text: str) -> None:
    with pytest.raises(SettingsError, match="is no time; use 90s, 10m, 2h, 3d, or"):
        moment(text, NOW)


def test_all_events_come_in_pages() -> None:
    store = MemoryStore()
    store.write(a_batch(*(an_event(seq) for seq in range(1, PAGE_EVENTS + 3))))
    assert [event.seq for event in every(store.events, EventFilter())] == list(range(1, PAGE_EVENTS + 3))


def test_following_goes_on_where_the_newest_ended() -> None:
    store = MemoryStore()
    store.write(a_batch(an_event(1), an_event(2)))
    found, last_id = newest(store.events, EventFilter(), 1)
    assert [event.seq for event in found] == [2]
    naps: list[float] = []

    def sleep(seconds: float) -> None:
        naps.append(seconds)
        store.write(a_batch(an_event(2 + len(naps))))

    assert [event.seq for event in islice(follow(store.events, EventFilter(), last_id, sleep), 3)] == [3, 4, 5]
