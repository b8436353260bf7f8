"""What the tests of fer-models share: PyTorch where it is needed, and a cache of images of their own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fer_models.data.cache import VARIABLE


@pytest.fixture(autouse=True)
def image_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache of decoded images of this test alone, not that of the user who runs it."""
    folder = tmp_path / "image-cache"
    monkeypatch.setenv(VARIABLE, str(folder))
    return folder


@pytest.fixture
def torch() -> Iterator[Any]:
    """The module torch on one thread, so that tests do not fight for the cores; without it the test is skipped."""
    module = pytest.importorskip("torch", exc_type=ImportError)
    threads = module.get_num_threads()
    module.set_num_threads(1)
    yield module
    module.set_num_threads(threads)
