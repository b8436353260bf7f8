"""PyTorch for the tests that need it, on one thread, so that they do not fight for the cores."""

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture
def torch() -> Iterator[Any]:
    """The module torch; without it the test is skipped."""
    module = pytest.importorskip("torch", exc_type=ImportError)
    threads = module.get_num_threads()
    module.set_num_threads(1)
    yield module
    module.set_num_threads(threads)
