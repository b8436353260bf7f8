"""PostgreSQL understands every query, with the types of its values: none is found out only when somebody asks it."""

import re
from collections.abc import Iterator
from itertools import chain

import psycopg
import pytest
from fer_controller.store.filter import AuditFilter, EmotionFilter, EventFilter, TelemetryFilter, Where
from fer_controller.store.measurements import figures as measured
from fer_controller.store.postgresql.schema import MIGRATIONS
from fer_controller.store.postgresql.text import translated
from fer_controller.store.queries import POSTGRESQL
from fer_controller.store.rollups import figures as rolled_up
from fer_controller.store.telemetry.store import COLUMNS, PARAMETERS
from real_postgres import Postgres

VALUE = re.compile(r"%\((\w+)\)s")
OF_SQLITE = {
    "insert_event", "note_hour", "forget_hours", "note_best_face", "forget_worse_faces", "forget_best_faces",
    "forget_telemetry",
}  # fmt: skip
"""What only SQLite is asked: there events and telemetry come and go row by row, and hours are kept."""
OF_MOVES = {
    "blocks", "cap_rolled_up", "delete_row", "derive_best_faces", "derive_hours", "fill_table", "first_rows",
    "following_rows", "forget_all_best_faces", "forget_all_hours", "lift_sequence", "rows_of_block",
}  # fmt: skip
"""They are put together for each table; tests/integration/controller/migration asks them all."""
VIEWS = {f"view_of_{view}" for view in ("devices", "events", "hours", "rollouts")}
"""They stand in every database that these tests make; tests of analytics ask them."""
NOT_PREPARED = {"copy_events", *chain.from_iterable(MIGRATIONS.values()), *OF_SQLITE, *OF_MOVES, *VIEWS}
ALL_OF = {"device": "d", "camera": "c", "emotion": "e"}
PARTS: "dict[str, object]" = {
    "where": Where(
        EventFilter(
            **ALL_OF, kind="k", track=1, min_face_px=1.0, max_yaw=1.0, model="m", min_confidence=0.5, uncertain=True
        ),
        EventFilter,
    ),
    "columns": COLUMNS,
    "parameters": PARAMETERS,
    "table": "events",
    "partition": "events",
    "of_messages": measured.OF_MESSAGES,
    "of_minutes": measured.OF_MINUTES,
    "made": rolled_up.MADE,
    "merged": rolled_up.MERGED,
    "figures": rolled_up.READ,
}
PARTS_OF: "dict[str, dict[str, object]]" = {
    "roll_up_telemetry": {"columns": rolled_up.COLUMNS},
    "telemetry_rollups": {"where": Where(TelemetryFilter(device="d"), TelemetryFilter, time="start")},
    "audit_where": {
        "where": Where(AuditFilter(actor="a", action="b", device="d", rollout="r", text="t", before_id=1), AuditFilter)
    },
    "emotion_shares": {"where": Where(EmotionFilter(**ALL_OF), EmotionFilter, time="start")},
    "emotion_rollups": {"where": Where(EmotionFilter(**ALL_OF), EmotionFilter, time="start")},
    "emotion_rollups_summed": {"where": Where(EmotionFilter(**ALL_OF), EmotionFilter, time="start")},
}
QUERIES = sorted(POSTGRESQL.keys() - NOT_PREPARED)


@pytest.fixture(scope="module")
def connection(postgres: Postgres) -> "Iterator[psycopg.Connection]":
    with psycopg.connect(postgres.database().url, autocommit=True) as opened:
        yield opened


@pytest.mark.parametrize("query", QUERIES)
def test_it_understands(connection: psycopg.Connection, query: str) -> None:
    text = POSTGRESQL[query]
    if "{" in text:
        text = text.format(**{**PARTS, **PARTS_OF.get(query, {})})
    names: dict[str, int] = {}
    numbered = VALUE.sub(lambda found: f"${names.setdefault(found[1], len(names) + 1)}", translated(text))
    connection.execute(f"PREPARE asked AS {numbered.replace('%%', '%')}".encode())
    connection.execute("DEALLOCATE asked")
