from pathlib import Path
from typing import Iterator

import pytest
from unit.agent.update.artifact_server import ArtifactServer
from unit.agent.update.fetching import DATA, MANIFEST, PATH, Fetching
from unit.agent.update.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def server() -> Iterator[ArtifactServer]:
    server = ArtifactServer({PATH: DATA, MANIFEST: b"{}"})
    yield server
    server.close()


@pytest.fixture
def fetching(tmp_path: Path, server: ArtifactServer) -> Fetching:
    return Fetching(tmp_path, server)
