"""In CI a skipped test is a failed one, so that a missing Mosquitto or missing data cannot pass for success."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import NOTHING_SKIPPED_VARIABLE

TESTS = Path(__file__).resolve().parents[2]
SKIPPED_TEST = "import pytest\n\ndef test_it(): pytest.skip('no camera')\n"
SKIPPED_BY_MARK = "import pytest\n\n@pytest.mark.skipif(True, reason='no camera')\ndef test_it(): ...\n"
SKIPPED_FILE = "import pytest\n\npytest.skip('no camera', allow_module_level=True)\n"
EXPECTED_FAILURE = "import pytest\n\n@pytest.mark.xfail(reason='known')\ndef test_it(): assert 0\n"
PASSED_TEST = "def test_it(): ...\n"


def _run(folder: Path, source: str, *, nothing_skipped: bool) -> "subprocess.CompletedProcess[str]":
    (folder / "test_it.py").write_text(source)
    environment = {key: value for key, value in os.environ.items() if key != NOTHING_SKIPPED_VARIABLE}
    environment["PYTHONPATH"] = str(TESTS)
    if nothing_skipped:
        environment[NOTHING_SKIPPED_VARIABLE] = "1"
    options = ["-p", "conftest", "-p", "no:cacheprovider", "--rootdir", "."]
    command = [sys.executable, "-m", "pytest", *options, "test_it.py"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("source", [SKIPPED_TEST, SKIPPED_BY_MARK, SKIPPED_FILE])
def test_a_skip_fails_with_its_reason_where_nothing_may_be_skipped(tmp_path: Path, source: str) -> None:
    run = _run(tmp_path, source, nothing_skipped=True)
    assert run.returncode in (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED)
    assert f"{NOTHING_SKIPPED_VARIABLE} is set: Skipped: no camera" in run.stdout


@pytest.mark.parametrize("source", [SKIPPED_TEST, SKIPPED_BY_MARK])
def test_elsewhere_a_skip_is_a_skip(tmp_path: Path, source: str) -> None:
    run = _run(tmp_path, source, nothing_skipped=False)
    assert run.returncode == pytest.ExitCode.OK
    assert "1 skipped" in run.stdout


@pytest.mark.parametrize("source", [EXPECTED_FAILURE, PASSED_TEST])
def test_what_is_no_skip_is_left_alone(tmp_path: Path, source: str) -> None:
    assert _run(tmp_path, source, nothing_skipped=True).returncode == pytest.ExitCode.OK
