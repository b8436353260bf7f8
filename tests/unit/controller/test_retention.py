from datetime import UTC, datetime
from threading import Event
from typing import Any

import pytest
from fer_controller.errors import StoreUnavailable
from fer_controller.retention import Keeper
from fer_controller.settings import RetentionSettings
from fer_controller.store.rollups.store import RollupStore

NOW = datetime(2026, 3, 1, tzinfo=UTC)


class FakeStore(RollupStore):
    """Has so many bites of each kind left, and notes what it is asked."""

    def __init__(self, bites: int = 1, ending: Event | None = None) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.unavailable: StoreUnavailable | None = None
        self._bites = bites
        self._left: dict[tuple[Any, ...], int] = {}
        self._ending = ending

    def roll_up_telemetry(self, limit: int) -> int:
        return self._bite("roll up telemetry", limit=limit)

    def roll_up_events(self, limit: int) -> int:
        return self._bite("roll up events", limit=limit)

    def forget_telemetry(self, before: str, limit: int) -> int:
        return self._bite("forget telemetry", before[:10], limit=limit)

    def forget_events(self, before: str, after_id: int, limit: int) -> tuple[int, int]:
        count = self._bite("forget events", before[:10], limit=limit)
        return count, after_id + 1 if count else 0

    def forget_rollups(self, per: str, before: str, limit: int) -> int:
        return self._bite("forget rollups", per, before[:10], limit=limit)

    def _bite(self, *asked: Any, limit: int) -> int:
        if self.unavailable is not None:
            if self._ending is not None:
                self._ending.set()
            raise self.unavailable
        if asked not in self._left:
            self.asked.append(asked)
        left = self._left[asked] = self._left.get(asked, self._bites + 1) - 1
        return limit if left > 0 else 0


def keeper(store: FakeStore, **kept: float) -> Keeper:
    return Keeper(store, store, RetentionSettings(**kept), lambda: NOW, rows_at_a_time=10, pause_s=0)


def test_all_is_rolled_up_before_anything_is_forgotten() -> None:
    store = FakeStore(bites=3)
    keeper(store, events_days=10, telemetry_days=2, minutes_days=5, hours_days=20).tidy(Event())
    assert store.asked == [
        ("roll up telemetry",),
        ("roll up events",),
        ("forget telemetry", "2026-02-27"),
        ("forget events", "2026-02-19"),
        ("forget rollups", "minute", "2026-02-24"),
        ("forget rollups", "hour", "2026-02-09"),
        ("forget rollups", "day", "2026-02-09"),
    ]


def test_by_default_events_and_hours_are_kept_for_ever() -> None:
    store = FakeStore()
    keeper(store).tidy(Event())
    assert [asked[:2] for asked in store.asked[2:]] == [
        ("forget telemetry", "2026-02-22"),
        ("forget rollups", "minute"),
    ]


def test_nothing_is_begun_when_it_is_to_end() -> None:
    store, ending = FakeStore(), Event()
    ending.set()
    keeper(store, events_days=1).tidy(ending)
    assert store.asked == []


def test_a_database_that_cannot_be_written_is_told_and_tried_again_later(caplog: pytest.LogCaptureFixture) -> None:
    ending = Event()
    store = FakeStore(ending=ending)
    store.unavailable = StoreUnavailable("fleet.db is locked by another process.")
    keeper(store).run(ending)
    assert caplog.messages == ["fleet.db is locked by another process. Rollups wait until the database can be written."]


def test_a_span_longer_than_time_itself_keeps_everything() -> None:
    store = FakeStore()
    keeper(store, telemetry_days=5_000_000, minutes_days=0).tidy(Event())
    assert store.asked == [("roll up telemetry",), ("roll up events",)]
