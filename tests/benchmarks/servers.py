"""PostgreSQL as it is run: what is committed survives a power cut."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from real_postgres import MISSING, OwnPostgres, open_folder, postgres_folder


@contextmanager
def durable_server() -> Iterator[OwnPostgres]:
    """A server of its own in a temporary folder, with fsync and 256 MB of buffers."""
    binaries = postgres_folder()
    if binaries is None:
        sys.exit(MISSING)
    with open_folder() as place:
        server = OwnPostgres(binaries, Path(place) / "server", fsync="on", shared_buffers="256MB")
        server.start()
        try:
            yield server
        finally:
            server.stop()
