"""What is said of uncertain events is said of those whose device rates them, in either engine."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from arrivals import ALL, ANY, arrive
from controller_messages import an_event
from fer_controller.settings import PostgresUrl
from fer_controller.store import opening
from fer_controller.store.database import Database
from fer_controller.store.filter import EventFilter
from fer_controller.store.rollups.records import HOUR, EmotionRollup
from fer_controller.store.rollups.store import RollupStore
from fer_wire import EmotionEvent
from real_postgres import rows_of

Counts = tuple[int, int | None, int]


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | PostgresUrl:
    made: Path | PostgresUrl = tmp_path / "fleet.db"
    return made if request.param == "sqlite" else request.getfixturevalue("postgres").database()


@pytest.fixture
def database(place: Path | PostgresUrl) -> Iterator[Database]:
    with opening.writer(place, create=True) as opened:
        yield opened


def roll_up(database: Database, *events: EmotionEvent) -> RollupStore:
    """Let them arrive, and count them."""
    arrive(opening.ingest(database, 100), *events)
    store = RollupStore(database)
    store.roll_up_events(ALL)
    return store


def counts(rollup: EmotionRollup) -> Counts:
    return rollup.events, rollup.uncertain, rollup.rated


def of_all(store: RollupStore, wanted: EventFilter) -> set[Counts]:
    """What the sum over devices and the shares say, each by its own query."""
    (whole,) = store.emotion_rollups(HOUR, wanted, ALL, summed=True)
    (share,) = store.emotion_shares(HOUR, "", wanted, ALL)
    return {counts(whole), (share.events, share.uncertain, share.rated)}


def test_who_says_nothing_has_no_share(database: Database) -> None:
    rating = [an_event(seq, "rating", uncertain=seq == 1) for seq in range(1, 5)]
    store = roll_up(database, *rating, *(an_event(seq, "silent") for seq in range(1, 6)))
    found = {each.device: counts(each) for each in store.emotion_rollups(HOUR, ANY, ALL)}
    assert found == {"rating": (4, 1, 4), "silent": (5, None, 0)}
    assert of_all(store, ANY) == {(9, 1, 4)}
    assert of_all(store, EventFilter(device="silent")) == {(5, None, 0)}


def test_what_was_counted_before_anybody_counted_ratings_stays_unknown(
    database: Database, place: Path | PostgresUrl
) -> None:
    roll_up(database, an_event(1, uncertain=True))
    execute(place, "UPDATE emotion_rollups SET rated = NULL")
    store = roll_up(database, an_event(2, uncertain=False))
    assert [counts(each) for each in store.emotion_rollups(HOUR, ANY, ALL)] == [(2, None, 0)]
    assert of_all(store, ANY) == {(2, None, 0)}


def execute(place: Path | PostgresUrl, statement: str) -> None:
    """Change what the migration leaves as it does in old rows."""
    if isinstance(place, PostgresUrl):
        rows_of(place, statement)
        return
    with closing(sqlite3.connect(place)) as connection:
        connection.execute(statement)
        connection.commit()
