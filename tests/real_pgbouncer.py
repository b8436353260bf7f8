"""A real PgBouncer before a PostgreSQL server."""

import shutil
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Iterator

import pytest
from fer_controller.settings.postgresql import PostgresUrl
from real_broker import free_port
from real_postgres import START_TIMEOUT_S, Postgres, as_somebody, open_folder


@contextmanager
def pooling(server: Postgres) -> Iterator["PgBouncer"]:
    """A pool before a server; skips the test where PgBouncer is not installed."""
    # Debian puts it where only root looks.
    binary = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if binary is None:
        pytest.skip("PgBouncer is not installed (apt-get install pgbouncer).")
    with open_folder() as folder:
        pool = PgBouncer(binary, server, Path(folder) / "pool")
        try:
            yield pool
        finally:
            pool.stop()


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
