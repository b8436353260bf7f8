"""Thousands of tests write hundreds of megabytes: of those that passed, nothing stays in the temporary folder."""

import os
import subprocess
import sys
from pathlib import Path

PASSES = "def test_passes(tmp_path):\n    (tmp_path / 'checkpoint').touch()\n"
FAILS = "def test_fails(tmp_path):\n    (tmp_path / 'evidence').touch()\n    assert False\n"


def left(source: str, folder: Path, root: Path) -> "list[str]":
    """The files in the temporary folder after a run of this one file with our settings, and with no plugin besides."""
    test, temporary = folder / "test_it.py", folder / "temporary"
    test.write_text(source)
    temporary.mkdir()
    subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "xdist", "-p", "pytest_timeout", "-p", "no:cacheprovider",
         "-c", root / "pyproject.toml", f"--rootdir={folder}", "--numprocesses=1", test],
        env={**os.environ, "TMPDIR": str(temporary), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        stdout=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    return [path.name for path in temporary.rglob("*") if path.is_file()]


def test_a_run_that_passed_leaves_nothing(tmp_path: Path, root: Path) -> None:
    assert left(PASSES, tmp_path, root) == []


def test_only_a_test_that_failed_leaves_its_folder(tmp_path: Path, root: Path) -> None:
    assert left(PASSES + FAILS, tmp_path, root) == ["evidence"]
