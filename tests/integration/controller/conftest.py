"""A controller process on a real Mosquitto."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from controller_process import ControllerProcess, Device
from real_broker import Mosquitto


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
