"""A real PostgreSQL server in a folder of its own, and PgBouncer before it."""

import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
import psycopg
from fer_controller.settings.postgresql import PostgresUrl
from fer_controller.store import opening
from real_broker import free_port

MISSING = "PostgreSQL is not installed (apt-get install postgresql)."
BOUNCER_MISSING = "PgBouncer is not installed (apt-get install pgbouncer)."
START_TIMEOUT_S = 60.0
ANOTHER_USER = "nobody"
TEMPLATE = "template_fleet"
SETTINGS = {"fsync": "off", "max_connections": 60, "shared_buffers": "32MB", "log_min_messages": "fatal"}
"""fsync is for power cuts; processes and servers may be killed without it."""


def postgres_folder() -> Path | None:
    """Where the server's programs are."""
    on_path = [Path(found).parent for found in [shutil.which("initdb")] if found]
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name), reverse=True)
    return next((folder for folder in [*on_path, *found] if (folder / "initdb").exists()), None)


def bouncer_binary() -> str | None:
    """PgBouncer, which Debian puts where only root looks."""
    return shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")


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
    """One server; its databases are made from a template that has our tables."""

    def __init__(self, binaries: Path, folder: Path, **settings: object) -> None:
        self.folder, self.port = folder, free_port()
        self._binaries, self._settings = binaries, {**SETTINGS, **settings}
        self._names, self._has_template = itertools.count(1), False
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

    def url(self, name: str = "postgres") -> PostgresUrl:
        """Where a database of it is."""
        return PostgresUrl(f"postgresql://fer@127.0.0.1:{self.port}/{name}")

    def execute(self, statement: str, name: str) -> list[tuple[Any, ...]]:
        """Run a statement in a database, and return its rows."""
        return rows_of(self.url(name), statement)

    def empty(self) -> PostgresUrl:
        """A database of its own, without a table."""
        name = f"fleet_{next(self._names)}"
        self.execute(f"CREATE DATABASE {name}", "postgres")
        return self.url(name)

    def database(self) -> PostgresUrl:
        """A database of its own, with our tables."""
        if not self._has_template:
            self.execute(f"CREATE DATABASE {TEMPLATE}", "postgres")
            opening.writer(self.url(TEMPLATE), create=True).close()
            self._has_template = True
        name = f"fleet_{next(self._names)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}", "postgres")
        return self.url(name)

    def _run(self, program: str, *arguments: str) -> None:
        ran = subprocess.run(
            [self._binaries / program, *arguments], capture_output=True, text=True, check=False, cwd="/", **self._owner
        )
        assert ran.returncode == 0, ran.stderr


class PgBouncer:
    """Pools connections to a server in transaction mode: who comes next gets another session."""

    def __init__(self, binary: str, server: Postgres, folder: Path) -> None:
        self.port = free_port()
        folder.mkdir(mode=0o777)
        settings = folder / "pgbouncer.ini"
        settings.write_text(
            f"[databases]\n* = host=127.0.0.1 port={server.port} user=fer\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {self.port}\nauth_type = any\nunix_socket_dir =\n"
            f"pool_mode = transaction\ndefault_pool_size = 4\nlogfile = {folder / 'log'}\n"
            "server_round_robin = 1\n"
        )
        self._process = subprocess.Popen([binary, "-q", settings], cwd="/", **as_somebody(folder))
        until_s = time.monotonic() + START_TIMEOUT_S
        while not _listens(self.port):
            assert time.monotonic() < until_s, "PgBouncer does not start."
            time.sleep(0.02)

    def url(self, place: PostgresUrl) -> PostgresUrl:
        """A database of the server, through the pool."""
        return PostgresUrl(f"postgresql://fer@127.0.0.1:{self.port}/{place.name}")

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait()


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False
