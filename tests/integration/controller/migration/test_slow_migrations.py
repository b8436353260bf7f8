"""A server ends a transaction that stands still for long; a migration that takes its time is not ended by it."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import whole_fleet
from fer_controller.migration import changing
from fer_controller.migration.moving import migrate
from fer_controller.migration.progress import Copied
from fer_controller.store.postgresql import database as postgresql
from fer_controller.store.sqlite.filling import SqliteFilling
from real_postgres import Postgres

SHORT_S, LONG_S = 0.3, 1.5
STANDING = "SELECT query FROM pg_stat_activity WHERE datname = '{}' AND state LIKE 'idle in transaction%'"


def untold(_copied: Copied) -> None:
    """Nobody watches."""


@pytest.fixture
def db(tmp_path: Path) -> Path:
    whole_fleet.make(tmp_path / "fleet.db")
    return tmp_path / "fleet.db"


def test_no_transaction_of_the_server_stands_still_while_a_file_is_read_again_or_counted(
    db: Path, tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, standing = postgres.empty(), list[Any]()
    assert migrate(db, there, untold).finished

    def watched(work: Callable[..., Any]) -> Callable[..., Any]:
        def done(*arguments: Any) -> Any:
            standing.append(postgres.execute(STANDING.format(there.name), "postgres"))
            return work(*arguments)

        return done

    monkeypatch.setattr(changing._Copying, "compared", watched(changing._Copying.compared))
    monkeypatch.setattr(SqliteFilling, "derive", watched(SqliteFilling.derive))
    assert migrate(there, tmp_path / "back.db", untold).finished
    assert len(standing) > 10
    assert not any(standing)


def test_a_step_of_the_other_side_may_take_longer_than_a_controllers_transaction_stands_still(
    db: Path, tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "STILL_TIMEOUT_S", SHORT_S)
    there, waits = postgres.empty(), [LONG_S, LONG_S]

    def wait(copied: Copied) -> None:
        if copied.table == "devices":
            time.sleep(waits.pop())

    assert migrate(db, there, wait).finished
    assert migrate(there, tmp_path / "back.db", wait).finished
    assert waits == []
