"""`migrate` is killed wherever it is, many times, and goes on each time until both databases are the same."""

import os
import random
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import whole_fleet
from controller_messages import a_batch, an_event
from fer_controller.migration.moving import migrate
from fer_controller.settings import DbPlace
from fer_controller.store import opening
from fer_controller.store.audit.store import AuditStore
from fer_controller.store.contents import store as contents
from fer_controller.store.events.store import EventStore
from fer_controller.store.ingest.store import IngestStore
from fer_controller.store.moves.records import FINISHED, HERE
from fer_controller.store.moves.store import MoveStore
from fer_controller.store.postgresql.database import PostgresDatabase
from fer_controller.store.sqlite.database import SqliteDatabase
from fer_controller.store.sqlite.lock import exclusive
from real_postgres import Postgres

RUNS_WHILE_SERVED, RUNS_AFTERWARDS = 20, 40
CALLS_OF_A_RUN = 200
"""A few more than a run makes that finds nothing to copy; the first one makes more."""
SMALL_BLOCK_IDS = 40
METHODS = {SqliteDatabase: ("rows", "run", "many", "load"), PostgresDatabase: ("rows", "run", "many", "load")}

pytestmark = pytest.mark.machines


def ended(source: DbPlace, target: DbPlace, at_call: int) -> int:
    """How a process ended that migrates, and that is killed at one of its calls of a database if it comes so far."""
    process = os.fork()
    if not process:
        try:
            _kill_at(at_call)
            migrate(source, target, lambda _: None)
        except BaseException as error:  # noqa: BLE001 - this process is the run
            print(repr(error), flush=True)
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def _kill_at(call: int) -> None:
    left = [call]

    def mortal(method: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any, **parts: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return method(*arguments, **parts)

        return called

    for kind, names in METHODS.items():
        for name in names:
            setattr(kind, name, mortal(getattr(kind, name)))


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_anywhere_it_goes_on_to_the_same_rows(
    seed: int, tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "BLOCK_IDS", SMALL_BLOCK_IDS)
    draw, db, target = random.Random(seed), tmp_path / "fleet.db", postgres.database()
    whole_fleet.make(db)
    ends = list[int]()
    with exclusive(db), opening.writer(db) as database:
        for seq in range(1, RUNS_WHILE_SERVED + 1):
            ends.append(ended(db, target, draw.randint(1, CALLS_OF_A_RUN)))
            IngestStore(database).write(a_batch(an_event(seq, "late", "epoch-l")))
    for _ in range(RUNS_AFTERWARDS):
        ends.append(ended(db, target, draw.randint(1, CALLS_OF_A_RUN)))
        if ends[-1] != -signal.SIGKILL:
            break
    else:
        ends.append(ended(db, target, at_call=10**6))
    assert set(ends[:-1]) <= {0, -signal.SIGKILL}
    with opening.reader(target) as database:
        move = MoveStore(database).of(HERE)
    assert move, "nothing was begun"
    assert move.state == FINISHED, "the last run did not end by itself"
    assert ends.count(-signal.SIGKILL) > RUNS_WHILE_SERVED / 2
    assert_same(db, target, tmp_path / "back.db")


def assert_same(db: Path, target: DbPlace, back: Path) -> None:
    """Both have the same rows: the way back makes a file with the same tables, and the audit log holds."""
    assert migrate(target, back, lambda _: None, reread=True).finished
    for table in ("events", "telemetry", "streams", "tokens", "rollouts", "audit", "emotion_rollups", "model_files"):
        assert whole_fleet.table_rows(back, table) == whole_fleet.table_rows(db, table)
    with opening.reader(back) as database:
        assert not AuditStore(database).examine().fault
        assert EventStore(database).number_of("late") == RUNS_WHILE_SERVED
