"""Days say what their hours say, in either engine; a database that had none gets those of its hours."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from arrivals import ALL, ANY, arrive, measured
from controller_messages import an_event
from fer_controller.store import opening
from fer_controller.store.database import Database
from fer_controller.store.filter import EmotionFilter, TelemetryFilter
from fer_controller.store.postgresql.database import PostgresDatabase
from fer_controller.store.postgresql.text import ported
from fer_controller.store.rollups.records import DAY, HOUR
from fer_controller.store.rollups.store import RollupStore
from fer_controller.store.rollups.tables import DAYS_OF_ROLLUPS
from fer_controller.store.sqlite.database import SqliteDatabase

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
FIRST, SECOND = "2026-01-31T00:00:00.000Z", "2026-02-01T00:00:00.000Z"
ALL_OF_FIRST = EmotionFilter(until=SECOND)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    place = tmp_path / "fleet.db" if request.param == "sqlite" else request.getfixturevalue("postgres").database()
    with opening.writer(place, create=True) as database:
        writing = opening.ingest(database, 100)
        for hour, uncertain in ((0, None), (3, True), (5, False), (24, False)):
            time = NOON + timedelta(hours=hour)
            event = an_event(hour + 1, time=time, confidence=0.25 if hour else 0.75, uncertain=uncertain)
            telemetry = measured(hour, fps=10.0 + hour, cpu_percent=None)
            arrive(writing, event, at=time, telemetry=(telemetry,))
        yield database


@pytest.fixture
def store(database: Database) -> RollupStore:
    made = RollupStore(database)
    made.roll_up_events(ALL)
    made.roll_up_telemetry(ALL)
    return made


def test_emotions_of_a_day_are_those_of_its_hours(store: RollupStore) -> None:
    found = store.emotion_rollups(DAY, ANY, ALL)
    counts = [(each.start, each.events, each.uncertain, each.rated) for each in found]
    assert counts == [(FIRST, 3, 1, 2), (SECOND, 1, 0, 1)]
    assert found[0].confidence_mean == pytest.approx((0.75 + 0.25 + 0.25) / 3)
    assert store.emotion_rollups(DAY, ALL_OF_FIRST, ALL) == found[:1]
    assert [(each.start, each.events) for each in store.emotion_rollups(DAY, ANY, 1)] == [(SECOND, 1)]
    (summed,) = store.emotion_rollups(DAY, ALL_OF_FIRST, ALL, summed=True)
    (share,) = store.emotion_shares(DAY, "site", ALL_OF_FIRST, ALL)
    assert {(each.start, each.events, each.uncertain, each.rated) for each in (summed, share)} == {counts[0]}


def test_figures_of_a_day_are_those_of_its_hours(store: RollupStore) -> None:
    first, second = store.telemetry_rollups(DAY, ANY, ALL)
    assert (first.start, first.samples, second.start, second.samples) == (FIRST, 3, SECOND, 1)
    assert first.figure("fps_mean") == pytest.approx((10 + 13 + 15) / 3)
    assert (first.figure("fps_min"), first.figure("temperature_max_c")) == (10, 45)
    assert first.figure("cpu_mean_percent") is None
    assert store.telemetry_rollups(DAY, TelemetryFilter(since=SECOND), ALL) == [second]
    assert len(store.telemetry_rollups(HOUR, ANY, ALL)) == 4


def test_a_database_that_had_no_days_gets_them(database: Database, store: RollupStore) -> None:
    before = store.emotion_rollups(DAY, ANY, ALL), store.telemetry_rollups(DAY, ANY, ALL)
    assert store.forget_rollups(DAY, "2027", ALL) == 4
    for statement in DAYS_OF_ROLLUPS:
        _run(database, statement)
    assert (store.emotion_rollups(DAY, ANY, ALL), store.telemetry_rollups(DAY, ANY, ALL)) == before


def _run(database: Database, statement: str) -> None:
    if isinstance(database, PostgresDatabase):
        database.do(ported(statement))
    else:
        assert isinstance(database, SqliteDatabase)
        database.connection.execute(statement)
