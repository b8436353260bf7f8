"""The fer-agent command line: one file per command."""

import os
import sys
import threading
from contextlib import suppress
from typing import NoReturn, Sequence

from fer_terminal.program import program
from fer_wire.terminal import spell_out

from fer_agent import __version__
from fer_agent.cli.bench import bench
from fer_agent.cli.config import config
from fer_agent.cli.doctor import doctor
from fer_agent.cli.models import models
from fer_agent.cli.start import start
from fer_agent.cli.terminal import explain_failure
from fer_agent.ending import EndAtOnce
from fer_agent.errors import AgentError, SettingsError

INTERRUPTED = 130

app = program("fer-agent", __version__, "Reads emotions from faces on this device and publishes them over MQTT.")
app.command()(start)
app.command()(doctor)
app.command()(bench)
app.command()(config)
app.command()(models)


def main() -> None:
    """Run the command line. An error is a sentence on stderr; exit status 0 done, 1 failed, 2 wrong use."""
    spell_out()
    _leave(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """One command; its errors are printed, its exit status returned."""
    try:
        app(list(arguments))
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 1
    except (AgentError, OSError) as error:
        explain_failure(error)
        return 2 if isinstance(error, SettingsError) else 1
    except (KeyboardInterrupt, EndAtOnce):
        return INTERRUPTED
    return 0


def _leave(status: int) -> NoReturn:
    """End the process; while a thread waits in a camera's driver, Python's own way of exiting would crash."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = status or 1
    if threading.active_count() == 1:
        sys.exit(status)
    with suppress(OSError):
        sys.stderr.flush()
    os._exit(status)


__all__ = ["app", "main", "run"]
