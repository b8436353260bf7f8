"""pytest-xdist's workers, forked from one process that has imported all tests, where each would for itself."""

import json
import os
import sys
from multiprocessing.connection import Connection
from typing import Any, Sequence

import forked
import pytest
from execnet import gateway_io
from execnet.gateway_base import Popen2IO

ARGUMENTS_VARIABLE = "FER_TESTS_TO_COLLECT"


def share(arguments: Sequence[str]) -> None:
    """From now on every worker of this process is a forked one; what pytest was called with says which tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ARGUMENTS_VARIABLE, json.dumps([str(each) for each in arguments]))
        forked.server("collected")
    gateway_io.Popen2IOMaster = ForkedWorker  # type: ignore[assignment, misc]


class ForkedWorker(Popen2IO):
    """One worker, and the pipes to it; execnet's Popen2IOMaster otherwise."""

    def __init__(self, _command: Sequence[str], execmodel: Any) -> None:
        piped = forked.Piped(forked.server("collected"), _work, dict(os.environ), daemon=False)
        self._process = piped.process
        super().__init__(piped.stdin, piped.stdout, execmodel)

    def wait(self) -> "int | None":
        """Until it has ended; returns the exit status."""
        self._process.join()
        return self._process.exitcode

    def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()


def _work(
    task: "Connection[object, object]", words: "Connection[object, object]", environment: "dict[str, str]"
) -> None:
    """Do as the interpreter would that execnet starts: what it is to do comes as its first line."""
    os.environ.clear()
    os.environ.update(environment)
    for file, number in ((task, 0), (words, 1)):
        os.dup2(file.fileno(), number)
        file.close()
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - for the life of the process
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115 - likewise
    exec(eval(sys.stdin.readline()))  # noqa: S102, S307 - execnet's own words
