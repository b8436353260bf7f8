"""A controller process on a real Mosquitto, and the database of one that does not run."""

from collections.abc import Iterator
from pathlib import Path

import forked
import forked_http
import pytest
from controller_process import ControllerProcess, Device
from fer_controller.store import opening
from fer_controller.store.ingest.store import IngestStore
from fer_controller.store.rollups.store import RollupStore
from real_broker import Mosquitto

forked_http.share()


@pytest.fixture(scope="session", autouse=True)
def ready_to_fork() -> None:
    """So that no request waits while the first process imports what it needs."""
    forked.server()


@pytest.fixture
def controller(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[ControllerProcess]:
    """`fer-controller serve`, not yet started; killed at the end when it still runs."""
    process = ControllerProcess(tmp_path / "fleet.db", mosquitto.url)
    yield process
    process.kill()


@pytest.fixture
def device(mosquitto: Mosquitto) -> Iterator[Device]:
    """A device with a spool, not yet connected."""
    made = Device(mosquitto.port)
    yield made
    made.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[IngestStore]:
    """What the ingest writes to, in fleet.db."""
    with opening.writer(tmp_path / "fleet.db", create=True) as database:
        yield IngestStore(database)


@pytest.fixture
def keeping(tmp_path: Path, store: IngestStore) -> Iterator[RollupStore]:
    """Rolls up and forgets what is in it, on a connection of its own."""
    assert store.events.last_event_id() == 0
    with opening.writer(tmp_path / "fleet.db") as database:
        yield RollupStore(database)


@pytest.fixture
def reader(tmp_path: Path, store: IngestStore) -> Iterator[RollupStore]:
    """Reads the rollups, on another."""
    assert store.events.last_event_id() == 0
    with opening.reader(tmp_path / "fleet.db") as database:
        yield RollupStore(database)
