"""Workers that are forked from a process which has collected the tests find what is wrong with these, too."""

from pathlib import Path

import forked_workers
import pytest

pytest_plugins = ["pytester"]


@pytest.fixture(autouse=True)
def forking(monkeypatch: pytest.MonkeyPatch) -> None:
    """The run imports what forks its workers."""
    monkeypatch.setenv("PYTHONPATH", str(Path(forked_workers.__file__).parent))


def run(pytester: pytest.Pytester, source: str) -> pytest.RunResult:
    """A run of pytest on this one file, by two workers."""
    pytester.makepyfile(test_it=source)
    options = "--numprocesses=2", "--import-mode=importlib", "--rootdir=."
    return pytester.runpytest_subprocess("-p", "conftest", "-p", "no:cacheprovider", *options)


def test_a_file_that_cannot_be_imported_fails(pytester: pytest.Pytester) -> None:
    done = run(pytester, "import nothing_of_the_kind\n\ndef test_it(): ...\n")
    assert "No module named 'nothing_of_the_kind'" in done.stdout.str()
    assert done.ret == pytest.ExitCode.TESTS_FAILED


def test_a_test_in_which_a_worker_dies_fails_and_the_next_runs(pytester: pytest.Pytester) -> None:
    done = run(pytester, "import os\n\ndef test_it(): os._exit(0)\n\ndef test_next(): ...\n")
    assert "crashed while running" in done.stdout.str()
    done.assert_outcomes(failed=1, passed=1)
