"""Which rollouts the runner reads: those whose time has not come wait in the database, in either engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fer_controller.settings import PostgresUrl
from fer_controller.store import opening
from fer_controller.store.rollouts.records import Changes, RolloutRow
from fer_controller.store.rollouts.store import RolloutStore

NOON, LATER = "2026-01-31T12:00:00.000Z", "2026-01-31T13:00:00.000Z"
ENGINES = ("sqlite", "postgresql")


@pytest.fixture(params=ENGINES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RolloutStore]:
    place: Path | PostgresUrl = tmp_path / "fleet.db"
    if request.param != "sqlite":
        place = request.getfixturevalue("postgres").database()
    with opening.writer(place, create=True) as database:
        yield RolloutStore(database)


def keep(store: RolloutStore, id_: str, state: str, wakes_at: str, ended_at: str = "") -> None:
    row = RolloutRow(id_, id_, "", "light@2", "", "", state, wakes_at=wakes_at, ended_at=ended_at)
    store.write(Changes(rollouts={id_: row}))


def found(store: RolloutStore, now: str) -> list[str]:
    return [row.id for row in store.open_rollouts(now, "scheduled", "unreachable")]


def test_a_scheduled_rollout_is_found_when_its_time_has_come(store: RolloutStore) -> None:
    keep(store, "r-1", "scheduled", LATER)
    assert found(store, NOON) == []
    assert found(store, LATER) == ["r-1"]


def test_every_other_rollout_that_has_not_ended_is_found_whatever_it_once_waited_for(store: RolloutStore) -> None:
    keep(store, "r-1", "scheduled", "")
    keep(store, "r-2", "running", LATER)
    keep(store, "r-3", "awaiting_approval", LATER)
    keep(store, "r-4", "completed", "", ended_at=NOON)
    assert found(store, NOON) == ["r-1", "r-2", "r-3"]


def test_an_order_is_found_before_the_time_of_its_rollout(store: RolloutStore) -> None:
    keep(store, "r-1", "scheduled", LATER)
    store.give("r-1", "abort", "alice", NOON)
    assert found(store, NOON) == ["r-1"]


def test_when_it_is_to_be_looked_at_again_is_kept_and_changed(store: RolloutStore) -> None:
    keep(store, "r-1", "scheduled", LATER)
    keep(store, "r-1", "scheduled", NOON)
    assert [row.wakes_at for row in store.under_way()] == [NOON]
