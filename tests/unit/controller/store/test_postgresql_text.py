"""The queries as psycopg takes them, and faults as sentences."""

import json

import pytest
from fer_controller.errors import OutOfReachError, StoreError, StoreUnavailable
from fer_controller.store.postgresql.text import MANY_ROWS, ROWS_AT_ONCE, collated, ported, together, translated
from fer_controller.store.postgresql.wording import OUT_OF_REACH_CODE, explained
from fer_controller.store.queries import POSTGRESQL, QUERIES

DB = "postgresql://here/fleet"


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("SELECT :a, :a_b2", "SELECT %(a)s, %(a_b2)s"),
        ("SELECT x::bigint", "SELECT x::bigint"),
        ("SELECT ':a', 'it''s :b', :c", "SELECT ':a', 'it''s :b', %(c)s"),
        ("SELECT 7 % 2, '%' || :a", "SELECT 7 %% 2, '%%' || %(a)s"),
        ("SELECT * FROM events INDEXED BY events_by_time WHERE id = :id", "SELECT * FROM events WHERE id = %(id)s"),
    ],
)
def test_values_by_name_are_written_as_psycopg_reads_them(text: str, sent: str) -> None:
    assert translated(text) == sent


@pytest.mark.parametrize(
    "query",
    [
        "delete_forgotten", "insert_audit", "insert_telemetry", "mark_confirmed", "move_stream", "no_longer_due",
        "upsert_desired", "upsert_device", "upsert_target",
    ],
)  # fmt: skip
def test_what_is_written_of_a_thousand_devices_at_once_is_one_statement(query: str) -> None:
    assert MANY_ROWS in translated(POSTGRESQL[query])


def test_many_rows_are_one_value_of_what_postgresql_stores() -> None:
    (value,) = together(
        [{"device": 'a "\\u0000" \0', "published": True, "fps": None}, {"device": "é", "published": False, "fps": 0.1}]
    )
    assert json.loads(value["rows"]) == [
        {"device": 'a "\\u0000" \ufffd', "published": 1, "fps": None},
        {"device": "é", "published": 0, "fps": 0.1},
    ]


def test_a_value_of_rows_does_not_grow_without_end() -> None:
    values = together([{"seq": seq} for seq in range(ROWS_AT_ONCE + 1)])
    assert [json.loads(each["rows"])[0]["seq"] for each in values] == [0, ROWS_AT_ONCE]


def test_texts_are_compared_as_bytes() -> None:
    assert collated("CREATE TABLE t (\n  a TEXT NOT NULL,\n  n bigint\n);") == (
        'CREATE TABLE t (\n  a TEXT COLLATE "C" NOT NULL,\n  n bigint\n);'
    )


def test_what_postgresql_has_of_its_own_takes_the_place_of_its_namesake() -> None:
    assert QUERIES.keys() <= POSTGRESQL.keys()
    assert POSTGRESQL["streams"] == QUERIES["streams"]
    assert POSTGRESQL["busy_devices"] != QUERIES["busy_devices"]


@pytest.mark.parametrize(
    ("code", "message", "kind", "sentence"),
    [
        ("53100", "could not extend file", StoreUnavailable, "The disk of postgresql://here/fleet is full (could"),
        ("40P01", "deadlock detected", StoreUnavailable, "was busy with the same rows"),
        ("57P03", "the database system is starting up", StoreUnavailable, "is starting (the"),
        (None, "connection is bad: no response", StoreUnavailable, "cannot be reached (connection is bad"),
        (None, "failed: FATAL:  sorry, too many clients already", StoreUnavailable, "as many connections as it takes"),
        (None, "FATAL:  password authentication failed for user", StoreError, "PGPASSWORD"),
        (None, "FATAL:  no pg_hba.conf entry for host", StoreError, "see its pg_hba.conf"),
        ("42P01", 'relation "hours" does not exist', StoreError, "start `fer-controller serve` with it once"),
        (OUT_OF_REACH_CODE, "out of reach", OutOfReachError, "devices that you are not given"),
        ("22003", "bigint out of range", StoreError, "cannot be used: bigint out of range."),
        (None, "", StoreUnavailable, "cannot be reached (it says nothing)"),
    ],
)
def test_a_fault_says_what_it_is_and_whether_it_passes(
    code: "str | None", message: str, kind: "type[Exception]", sentence: str
) -> None:
    error = explained(code, message, DB)
    assert type(error) is kind
    assert sentence in str(error)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("ALTER TABLE telemetry ADD COLUMN fps REAL", "ALTER TABLE telemetry ADD COLUMN fps double precision"),
        (
            "ALTER TABLE a ADD COLUMN b INTEGER NOT NULL DEFAULT 0",
            "ALTER TABLE a ADD COLUMN b bigint NOT NULL DEFAULT 0",
        ),
        ("ALTER TABLE a ADD COLUMN b TEXT", 'ALTER TABLE a ADD COLUMN b TEXT COLLATE "C"'),
        ("CREATE TABLE a (\n  b BLOB\n) STRICT", "CREATE TABLE a (\n  b bytea\n)"),
        (
            "CREATE TABLE a (\n  b TEXT NOT NULL,\n  PRIMARY KEY (b)\n) STRICT, WITHOUT ROWID",
            'CREATE TABLE a (\n  b TEXT COLLATE "C" NOT NULL,\n  PRIMARY KEY (b)\n)',
        ),
    ],
)
def test_a_change_of_both_databases_has_the_types_of_each(change: str, found: str) -> None:
    assert collated(ported(change)) == found
