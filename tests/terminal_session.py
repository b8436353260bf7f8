"""Commands one after another in a world of their own: one fresh interpreter has imported the programs for all of them.

What a terminal can show is decided when an interpreter starts, by its environment, so none that runs already can stand
in for it. But its children have what it has: each command is one of them, with its own output and exit status.
"""

import json
import os
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from pathlib import Path

Ran = subprocess.CompletedProcess[bytes]


class TerminalSession:
    """An interpreter that was started with these variables and nothing else of the kind; runs console scripts."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        """What the commands print goes through files in the folder."""
        self._out, self._err = folder / "stdout", folder / "stderr"
        self._process = subprocess.Popen(
            [sys.executable, __file__], env=dict(environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def run(self, folder: Path, program: str, *arguments: str) -> Ran:
        """One command to its end, in a folder."""
        asked = [str(folder), str(self._out), str(self._err), program, *arguments]
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        # An interpreter decodes its arguments as its locale says.
        stdin.write(json.dumps([os.fsencode(each).decode("latin-1") for each in asked]).encode("ascii") + b"\n")
        stdin.flush()
        status = int(stdout.readline())
        return subprocess.CompletedProcess(asked[3:], status, self._out.read_bytes(), self._err.read_bytes())

    def close(self) -> None:
        """End the interpreter."""
        self._process.communicate(timeout=30)


def _serve() -> None:
    for line in sys.stdin:
        folder, out, err, program, *arguments = [os.fsdecode(each.encode("latin-1")) for each in json.loads(line)]
        (script,) = entry_points(group="console_scripts", name=program)
        main = script.load()
        child = os.fork()
        if not child:
            _become(folder, out, err, [program, *arguments])
            _end(main)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _become(folder: str, out: str, err: str, argv: "list[str]") -> None:
    os.chdir(folder)
    for number, path in ((1, out), (2, err)):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.dup2(file, number)
        os.close(file)
    sys.argv = argv


def _end(main: "Callable[[], object]") -> None:
    """As an interpreter ends, but for libraries that wait then for threads which a child does not have."""
    status = 1
    try:
        main()
        status = 0
    except SystemExit as ending:
        status = ending.code if isinstance(ending.code, int) else int(ending.code is not None)
    except BaseException:  # noqa: BLE001 - as Python ends a program
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    _serve()
