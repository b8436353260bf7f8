"""A real PostgreSQL server in a folder of its own, and databases of it."""

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Iterator

import psutil
import psycopg
import pytest
from fer_controller.settings.postgresql import PostgresUrl
from fer_controller.store import opening
from real_broker import free_port

MISSING = "PostgreSQL is not installed (apt-get install postgresql)."
START_TIMEOUT_S = 60.0
ANOTHER_USER = "nobody"
TEMPLATE = "template_fleet"
IS_THERE = f"SELECT 1 FROM pg_database WHERE datname = '{TEMPLATE}'"  # noqa: S608
SETTINGS = {
    "fsync": "off", "max_connections": 200, "shared_buffers": "32MB", "log_min_messages": "fatal",
    "dynamic_shared_memory_type": "mmap",
}  # fmt: skip
"""fsync is for power cuts; processes and servers may be killed without it. What is shared lies in the server's folder,
and goes with it: a server that is killed leaves everything that it had in /dev/shm."""


def postgres_folder() -> Path | None:
    """Where the server's programs are."""
    on_path = [Path(found).parent for found in [shutil.which("initdb")] if found]
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name), reverse=True)
    return next((folder for folder in [*on_path, *found] if (folder / "initdb").exists()), None)


def installed() -> Path:
    """The same; skips the test where the server is not installed."""
    found = postgres_folder()
    if found is None:
        pytest.skip(MISSING)
    return found


@contextmanager
def running() -> Iterator["OwnPostgres"]:
    """A server of a test's own, which the test may stop."""
    with open_folder() as folder:
        server = OwnPostgres(installed(), Path(folder) / "server")
        try:
            server.start()
            yield server
        finally:
            server.stop(signal.SIGQUIT)


def open_folder() -> "TemporaryDirectory[str]":
    """A temporary folder that another user reaches, too."""
    folder = TemporaryDirectory(prefix="fer-postgres-", dir=None if os.getuid() else "/tmp")  # noqa: S108
    Path(folder.name).chmod(0o755)
    return folder


def as_somebody(folder: Path) -> dict[str, Any]:
    """PostgreSQL and PgBouncer do not run as root; a folder of theirs is then another user's."""
    if os.getuid():
        return {}
    user = pwd.getpwnam(ANOTHER_USER)
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def rows_of(place: PostgresUrl, statement: str) -> list[tuple[Any, ...]]:
    """Run a statement in a database, and return its rows; none while there is no such table yet."""
    with psycopg.connect(place.url, autocommit=True) as connection:
        try:
            cursor = connection.execute(statement.encode())
        except psycopg.errors.UndefinedTable:
            return []
        return cursor.fetchall() if cursor.description else []


class Postgres:
    """A server that answers at a port; its databases are made from a template that has our tables."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._numbers, self._has_template = itertools.count(1), False
        self._there: list[str] = []

    def url(self, name: str = "postgres") -> PostgresUrl:
        """Where a database of it is."""
        return PostgresUrl(f"postgresql://fer@127.0.0.1:{self.port}/{name}")

    def execute(self, statement: str, name: str) -> list[tuple[Any, ...]]:
        """Run a statement in a database, and return its rows."""
        return rows_of(self.url(name), statement)

    def empty(self) -> PostgresUrl:
        """A database of its own, without a table."""
        return self._made(self._next_name())

    def database(self) -> PostgresUrl:
        """A database of its own, with our tables."""
        self.expect_template()
        return self._made(f"{self._next_name()} TEMPLATE {TEMPLATE}")

    def expect_template(self) -> None:
        """Make the template where there is none."""
        if not self._has_template and not self.execute(IS_THERE, "postgres"):
            opening.writer(self._made(TEMPLATE), create=True).close()
        self._has_template = True

    def drop(self) -> None:
        """What was made here goes, whoever is connected to it; the template stays."""
        while self._there:
            self.execute(f"DROP DATABASE IF EXISTS {self._there.pop()} WITH (FORCE)", "postgres")

    def _made(self, described: str) -> PostgresUrl:
        self.execute(f"CREATE DATABASE {described}", "postgres")
        return self.url(described.split(maxsplit=1)[0])

    def _next_name(self) -> str:
        self._there.append(f"fleet_{os.getpid()}_{next(self._numbers)}")
        return self._there[-1]


class OwnPostgres:
    """A server that a test starts, stops and kills."""

    def __init__(self, binaries: Path, folder: Path, **settings: object) -> None:
        self.folder, self.port = folder, free_port()
        databases = Postgres(self.port)
        self.url, self.execute = databases.url, databases.execute
        self.empty, self.database = databases.empty, databases.database
        self._binaries, self._settings = binaries, {**SETTINGS, **settings}
        folder.mkdir(mode=0o777)
        self._owner = as_somebody(folder)
        # Texts sort as in a language, so that what must sort as bytes is seen to do so.
        self._run("initdb", "-D", str(folder / "data"), "-U", "fer", "-A", "trust", "-E", "UTF8", "--no-sync",
                  "--locale-provider=icu", "--icu-locale=en", "--locale=C.UTF-8")  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until it answers."""
        options = [f"-c{name}={value}" for name, value in self._settings.items()]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._binaries / "postgres", "-D", self.folder / "data", "-p", str(self.port), "-h", "127.0.0.1",
                 "-k", self.folder, *options],
                stdout=log, stderr=log, cwd="/", **self._owner,
            )  # fmt: skip
        until_s = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                self.execute("SELECT 1", "postgres")
            except psycopg.OperationalError:
                assert time.monotonic() < until_s, (self.folder / "log").read_text("utf-8", "replace")
                time.sleep(0.05)
            else:
                return

    @property
    def pid(self) -> int:
        """Of the process that the others belong to."""
        assert self._process is not None
        return self._process.pid

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it, whoever is connected; SIGQUIT is as good as a kill."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait()

    def signal_all(self, how: signal.Signals) -> None:
        """To the server and each process that it began: SIGSTOP is a server that hangs."""
        assert self._process is not None
        for each in (found := psutil.Process(self._process.pid), *found.children()):
            with suppress(psutil.NoSuchProcess):  # a worker that ends meanwhile
                each.send_signal(how)

    def _run(self, program: str, *arguments: str) -> None:
        ran = subprocess.run(
            [self._binaries / program, *arguments], capture_output=True, text=True, check=False, cwd="/", **self._owner
        )
        assert ran.returncode == 0, ran.stderr
