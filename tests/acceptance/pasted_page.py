"""A page of the docs as a reader pastes it into one shell, except that its folder lies where the test says."""

import os
import re
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from acceptance.fleet import BIN

ROOT = Path(__file__).resolve().parents[2]


def pasted(page: str, show: str, leave: str, below: Path, timeout_s: float) -> "tuple[Path, str]":
    """The folder that a page of docs makes, below another one, and what was printed.

    The page ends with what leaves; what a test wants shown comes before that. What the shell began ends with it.
    """
    script = "".join(re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / page).read_text(), re.DOTALL))
    assert script.endswith(leave)
    script, folders = re.subn(r"(?<=mktemp -d )/tmp/", f"{below}/", script.removesuffix(leave) + show + leave)
    assert folders == 1
    printed = _printed(script, timeout_s)
    (folder,) = below.glob("fer-*")
    return folder, printed


def _printed(script: str, timeout_s: float) -> str:
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"}
    shell = subprocess.Popen(
        ["bash", "-c", script], cwd=ROOT, env=environment, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        printed, _ = shell.communicate(timeout=timeout_s)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(shell.pid, signal.SIGKILL)
    return printed
