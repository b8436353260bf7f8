"""No test keeps anything in the cache of the user who runs it."""

from pathlib import Path

import pytest
from fer_models.data.cache import VARIABLE


@pytest.fixture(autouse=True)
def image_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache of this test alone."""
    folder = tmp_path / "image-cache"
    monkeypatch.setenv(VARIABLE, str(folder))
    return folder
