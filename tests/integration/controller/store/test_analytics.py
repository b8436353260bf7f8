"""Analysts read views, and nothing else, as docs/howto/analyse-events.md sets them up."""

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from controller_messages import a_batch, an_event
from fer_controller.settings.postgresql import PostgresUrl
from fer_controller.store import opening
from fer_controller.store.rollups.store import RollupStore
from fer_wire import EMOTIONS
from real_postgres import Postgres

SECRETS = ("tokens", "certificates", "audit", "events", "devices", "moves")
VIEWS = ("events", "hours", "devices", "rollouts")


@pytest.fixture
def fleet(postgres: Postgres) -> PostgresUrl:
    place = postgres.database()
    with opening.writer(place) as database:
        opening.ingest(database, 10).write(a_batch(an_event(1), an_event(2, emotion="sad")))
    return place


@pytest.fixture
def analyst(fleet: PostgresUrl, postgres: Postgres, root: Path) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    page = (root / "docs" / "howto" / "analyse-events.md").read_text("utf-8")
    (setup,) = re.findall(r"^    CREATE ROLE.*?(?=^\S)", page, re.MULTILINE | re.DOTALL)
    postgres.execute("DROP ROLE IF EXISTS analyst", "postgres")
    for statement in filter(str.strip, setup.split(";")):
        postgres.execute(statement, fleet.name)
    with psycopg.connect(fleet.url.replace("fer@", "analyst@"), autocommit=True) as connection:
        yield connection
    postgres.execute("DROP OWNED BY analyst; DROP ROLE analyst", fleet.name)


def test_an_analyst_reads_every_view(analyst: "psycopg.Connection[tuple[object, ...]]") -> None:
    for view in VIEWS:
        analyst.execute(f"SELECT * FROM fer_analytics.{view}".encode())  # noqa: S608
    found = analyst.execute("SELECT emotion, probability_happy, time < now() FROM fer_analytics.events ORDER BY 1")
    assert found.fetchall() == [("happy", 0.75, True), ("sad", 0.75, True)]


def test_an_hour_says_how_many_events_were_rated(
    analyst: "psycopg.Connection[tuple[object, ...]]", fleet: PostgresUrl
) -> None:
    with opening.writer(fleet) as database:
        opening.ingest(database, 10).write(a_batch(an_event(3, uncertain=True), an_event(4, uncertain=False)))
        RollupStore(database).roll_up_events(10)
    found = analyst.execute("SELECT emotion, events, uncertain, rated FROM fer_analytics.hours ORDER BY 1").fetchall()
    assert found == [("happy", 3, 1, 2), ("sad", 1, None, 0)]


def test_each_probability_is_a_column(analyst: "psycopg.Connection[tuple[object, ...]]") -> None:
    columns = analyst.execute("SELECT * FROM fer_analytics.events LIMIT 0").description or []
    assert {f"probability_{emotion}" for emotion in EMOTIONS} <= {column.name for column in columns}


@pytest.mark.parametrize("table", SECRETS)
def test_an_analyst_reads_no_table(analyst: "psycopg.Connection[tuple[object, ...]]", table: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        analyst.execute(f"SELECT * FROM public.{table}".encode())  # noqa: S608


@pytest.mark.parametrize("view", VIEWS)
def test_an_analyst_changes_nothing(analyst: "psycopg.Connection[tuple[object, ...]]", view: str) -> None:
    analyst.execute("SET default_transaction_read_only = off")
    with pytest.raises(psycopg.Error):
        analyst.execute(f"DELETE FROM fer_analytics.{view}".encode())  # noqa: S608


def test_one_day_is_one_partition(analyst: "psycopg.Connection[tuple[object, ...]]") -> None:
    day = "SELECT * FROM fer_analytics.events WHERE arrived >= '2026-01-31' AND arrived < '2026-02-01'"
    plan = "\n".join(str(row[0]) for row in analyst.execute(f"EXPLAIN {day}".encode()).fetchall())
    assert "events_20260131" in plan
    assert "events_20260201" not in plan
