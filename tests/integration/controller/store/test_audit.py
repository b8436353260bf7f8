"""The audit log in SQLite and PostgreSQL: a filter finds what it names, and does not read a million entries for it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fer_controller.store import opening
from fer_controller.store.audit.records import AuditRow
from fer_controller.store.audit.store import AuditStore
from fer_controller.store.database import Database
from fer_controller.store.filter import AuditFilter, Where
from fer_controller.store.queries import QUERIES
from fer_controller.store.sqlite.database import SqliteDatabase
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NOON = "2026-01-31T12:00:00.000Z"
FIRST = AuditRow(NOON, "", 0, "", "anna", "labeled", "anna labels 100% of the lab: site=lab.")
ENTRIES = (
    FIRST,
    replace(
        FIRST, time="2026-01-31T12:01:00.000Z", device="nano-01", action="revoked", sentence="ANNA takes nano-01 out."
    ),
    replace(FIRST, time="2026-01-31T12:03:00.000Z", actor="bob", rollout="r-1", action="planned", sentence="Über all."),
    replace(
        FIRST, time="2026-01-31T12:02:00.000Z", actor="runner", rollout="r-1", action="told", sentence="Told nano_01."
    ),
    replace(FIRST, time="2026-01-31T12:04:00.000Z", actor="bob", device="nano-02", action="revoked", sentence="Out!"),
)
"""The clock stepped back after the third."""


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    place = tmp_path / "fleet.db" if request.param == "sqlite" else request.getfixturevalue("postgres").database()
    with opening.writer(place, create=True) as opened:
        yield opened


@pytest.fixture
def store(database: Database) -> AuditStore:
    made = AuditStore(database)
    made.append(ENTRIES)
    return made


def found(store: AuditStore, limit: int = 10, **wanted: Any) -> list[int]:
    return [each.id for each in store.matching(AuditFilter(**wanted), limit)]


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"actor": "anna"}, [1, 2]),
        ({"action": "revoked"}, [2, 5]),
        ({"action": "revoked", "actor": "bob"}, [5]),
        ({"device": "nano-02"}, [5]),
        ({"rollout": "r-1"}, [3, 4]),
        ({"text": "anna"}, [1, 2]),
        ({"text": "Anna TAKES"}, [2]),
        ({"text": "100%"}, [1]),
        ({"text": "%"}, [1]),
        ({"text": "o_0"}, [4]),
        ({"text": "!"}, [5]),
        ({"text": "Über"}, [3]),
        ({"since": "2026-01-31T12:02:00.000Z"}, [3, 4, 5]),
        ({"until": "2026-01-31T12:03:00.000Z"}, [1, 2, 4]),
        ({"since": "2026-01-31T12:01:00.000Z", "until": "2026-01-31T12:03:00.000Z", "text": "NANO"}, [2, 4]),
        ({"since": "2027"}, []),
        ({"before_id": 3}, [1, 2]),
        ({"before_id": 5, "action": "revoked"}, [2]),
    ],
)
def test_a_filter_finds_what_it_names(store: AuditStore, wanted: dict[str, Any], ids: list[int]) -> None:
    assert found(store, **wanted) == ids


def test_pages_follow_each_other_back_to_the_first_entry(store: AuditStore) -> None:
    pages, before = [], None
    while page := found(store, limit=2, before_id=before):
        pages.append(page)
        before = page[0]
    assert pages == [[4, 5], [2, 3], [1]]


def test_words_are_looked_for_in_so_many_entries_at_once_and_then_in_older_ones(
    store: AuditStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fer_controller.store.audit.store.SEARCHED", 2)
    assert found(store, text="nano_01") == [4]
    assert found(store, text="100%") == []
    assert found(store, text="100%", before_id=4) == []
    assert found(store, text="100%", before_id=3) == [1]
    assert found(store, text="takes", until="2026-01-31T12:02:00.000Z") == [2]
    assert found(store, text="takes", before_id=1) == []
    assert found(store, action="labeled") == [1]


TIMES = st.sampled_from([f"2026-01-31T12:0{minute}:00.000Z" for minute in range(6)])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TIMES, max_size=8), st.just("") | TIMES, st.just("~") | TIMES)
def test_a_time_finds_its_entries_whatever_the_clock_did(
    database: Database, times: list[str], since: str, until: str
) -> None:
    store, before = AuditStore(database), len(AuditStore(database).newest(10_000))
    store.append([replace(FIRST, time=time, actor=f"run-{before}") for time in times])
    wanted = AuditFilter(since=since, until=until, actor=f"run-{before}")
    assert [each.time for each in store.matching(wanted, 100)] == [time for time in times if since <= time < until]


def test_it_is_told_who_and_what_stands_in_it(store: AuditStore) -> None:
    assert store.actors() == ["anna", "bob", "runner"]
    assert store.actions() == ["labeled", "planned", "revoked", "told"]


def test_an_empty_log_names_nobody(database: Database) -> None:
    assert (AuditStore(database).actors(), AuditStore(database).actions()) == ([], [])


@pytest.fixture
def file(tmp_path: Path) -> Iterator[SqliteDatabase]:
    with opening.writer(tmp_path / "fleet.db", create=True) as opened:
        assert isinstance(opened, SqliteDatabase)
        yield opened


def plan_of(file: SqliteDatabase, query: str, **parts: object) -> list[str]:
    text = QUERIES[query].format(**parts) if parts else QUERIES[query]
    values = dict.fromkeys(re.findall(r":(\w+)", text), 1)
    return [row["detail"] for row in file.connection.execute(f"EXPLAIN QUERY PLAN {text}", values)]


@pytest.mark.parametrize("wanted", [{}, {"since": "2026", "until": "2027"}, {"text": "a"}])
def test_entries_are_read_from_the_newest_on_and_within_their_time(
    file: SqliteDatabase, wanted: dict[str, str]
) -> None:
    plan = plan_of(file, "audit_where", where=Where(AuditFilter(**wanted), AuditFilter))
    assert "SEARCH audit USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)" in plan


@pytest.mark.parametrize("name", ["actor", "action", "device", "rollout"])
def test_what_is_named_is_found_by_an_index_in_the_order_of_ids(file: SqliteDatabase, name: str) -> None:
    wanted = AuditFilter(**{name: "x"}, since="2026", until="2027", text="y")
    plan = plan_of(file, "audit_where", where=Where(wanted, AuditFilter))
    assert f"SEARCH audit USING INDEX audit_by_{name} ({name}=? AND id>? AND id<?)" in plan


def test_the_bounds_of_a_time_are_read_in_an_index_alone(file: SqliteDatabase) -> None:
    assert plan_of(file, "ids_of_audit") == ["SEARCH audit USING COVERING INDEX audit_by_time (time>? AND time<?)"]


@pytest.mark.parametrize(("query", "column"), [("audit_actors", "actor"), ("audit_actions", "action")])
def test_names_are_looked_up_one_by_one(file: SqliteDatabase, query: str, column: str) -> None:
    plan = plan_of(file, query)
    assert f"SEARCH audit USING COVERING INDEX audit_by_{column} ({column}>?)" in plan
    assert not any(step.startswith("SCAN audit") for step in plan)
