"""Downloads of one device from one server, for tests."""

import random
import threading
from pathlib import Path
from typing import List

from fer_agent.settings import UpdateSettings
from fer_agent.update.download import Downloader, Goal
from unit.agent.update.artifact_server import ArtifactServer

DATA = random.Random(4).randbytes(300_000) if hasattr(random.Random, "randbytes") else bytes(range(250)) * 1200
PATH = "/v1/artifacts/some"
MANIFEST = "/v1/models/tiny/1/manifest.json"
TOKEN = "secret-of-nano-01"  # noqa: S105  # of a test


class Fetching:
    """One device's downloads from one server, without long pauses."""

    def __init__(self, folder: Path, server: ArtifactServer, **settings: object) -> None:
        values = {"controller_url": server.url, "token": TOKEN, "timeout_s": 1.0, "retries": 3, **settings}
        self.downloader = Downloader(UpdateSettings.model_validate(values), first_pause_s=0.01)
        self.path, self.etag = folder / "a.partial", folder / "a.etag"
        self.cancel = threading.Event()
        self.progress: List[int] = []

    def fetch(self, url: str = PATH, size_bytes: int = len(DATA)) -> None:
        self.downloader.file(Goal(url, size_bytes, self.path, self.etag), self.cancel, self.progress.append)
