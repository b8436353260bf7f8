"""What the workers of pytest-xdist are forked from has collected the tests: this module is imported there alone."""

import gc
import io
import json
import os
import sys
from collections.abc import Generator
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from forked_workers import ARGUMENTS_VARIABLE


class Forgetful:
    """Takes what could not be imported out of the modules, where pytest leaves it; each worker tells why it cannot."""

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """All that stands where a collector failed goes."""
        report = yield
        if not report.passed:
            for name, module in [*sys.modules.items()]:
                if Path(getattr(module, "__file__", None) or "/").is_relative_to(collector.path):
                    del sys.modules[name]
        return report


with redirect_stdout(io.StringIO()):
    arguments = [*json.loads(os.environ[ARGUMENTS_VARIABLE]), "--numprocesses=0", "--collect-only", "-qq"]
    pytest.main(arguments, plugins=[Forgetful()])
gc.freeze()
