"""The processes of a run of the tests share a PostgreSQL server, which ends with the last of them."""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
import real_postgres
from controller_process import eventually
from shared_postgres import shared

USER = """
import sys, time
from pathlib import Path
from shared_postgres import shared

with shared(Path(sys.argv[1])) as server:
    print(server.port, flush=True)
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def own_server() -> None:
    """What this test starts needs a PostgreSQL."""
    real_postgres.installed()


def user(folder: Path, ended: ExitStack) -> "subprocess.Popen[str]":
    """A process that uses the server, and then stands still."""
    tests = str(Path(real_postgres.__file__).parent)
    command = [sys.executable, "-c", USER, str(folder)]
    made = ended.enter_context(
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": tests})
    )
    ended.callback(made.kill)
    return made


def port_of(user: "subprocess.Popen[str]") -> int:
    assert user.stdout
    return int(user.stdout.readline())


def answers(port: int) -> bool:
    try:
        real_postgres.Postgres(port).execute("SELECT 1", "postgres")
    except psycopg.OperationalError:
        return False
    return True


def test_a_run_that_is_killed_leaves_no_server_behind(tmp_path: Path) -> None:
    with ExitStack() as ended:
        first, second = (user(tmp_path, ended) for _ in range(2))
        port = port_of(first)
        assert port_of(second) == port
        first.kill()
        first.wait()
        assert answers(port)
    eventually(lambda: not answers(port), "the server ends")


def test_who_comes_after_the_last_one_gets_another_server(tmp_path: Path) -> None:
    with shared(tmp_path) as server:
        before = server.database()
        with shared(tmp_path) as other:
            assert other.port == server.port
    eventually(lambda: not answers(server.port), "the server ends")
    with shared(tmp_path) as server:
        assert server.execute(f"SELECT 1 FROM pg_database WHERE datname = '{before.name}'", "postgres") == []  # noqa: S608
        assert server.database() != before


def test_what_is_dropped_leaves_the_template_to_others(tmp_path: Path) -> None:
    with shared(tmp_path) as server:
        place = server.database()
        with psycopg.connect(place.url):
            server.drop()
        names = {name for (name,) in server.execute("SELECT datname FROM pg_database", "postgres")}
        assert place.name not in names
        assert real_postgres.TEMPLATE in names
