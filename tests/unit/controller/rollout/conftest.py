from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes_rollout import BAD, World, a_model
from stepped_device import SteppedDevice


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    models = [a_model(), a_model(BAD)]
    made = World(tmp_path, *(SteppedDevice(f"nano-{n}") for n in range(5)), models=models)
    yield made
    made.close()
