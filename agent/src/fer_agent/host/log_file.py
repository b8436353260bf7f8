"""The agent's last log lines, in a file of bounded size, so that an operator reads them after a crash, too.

Two files of 32 kB take turns. Nothing forces them to the disk: the kernel keeps them when the process dies, and flash
memory is spared. A power cut may cost the last lines.
"""

import logging
import re
import time
from datetime import datetime, timedelta
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Callable, Iterator, List

from fer_wire.log_lines import LogLines
from fer_wire.message import iso_utc

EACH_BYTES = 32 * 1024
HOUR = timedelta(hours=1)
FORMAT, DATES = "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S"
BEGINNING = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ")
TIME_CHARACTERS = len("2026-01-31T12:00:00.000Z")


class LogFile:
    """Writes what is logged from INFO on, without what is hidden; a disk that takes nothing stops nothing."""

    def __init__(self, path: Path, hide: Callable[[str], str]) -> None:
        self._path = path
        self._handler = _Silent(
            str(path), maxBytes=EACH_BYTES, backupCount=1, encoding="utf-8", delay=True
        )  # fmt: skip
        self._handler.setLevel(logging.INFO)
        self._handler.setFormatter(_Hiding(hide))

    def open(self) -> None:
        """Take in what is logged from now on."""
        logging.getLogger().addHandler(self._handler)

    def close(self) -> None:
        """Take in nothing more."""
        logging.getLogger().removeHandler(self._handler)
        self._handler.close()

    def last_hour(self, now: datetime) -> List[str]:
        """The lines of the hour before this moment, the oldest first, by their own times.

        A line without a time, as of a traceback, belongs to the one before.
        """
        since, recent, found = iso_utc(now - HOUR), False, []
        for line in self._lines():
            if BEGINNING.match(line):
                recent = line[:TIME_CHARACTERS] >= since
            if recent:
                found.append(line)
        return found

    def _lines(self) -> Iterator[str]:
        for path in (self._path.with_name(f"{self._path.name}.1"), self._path):
            yield from _text(path).splitlines()


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


class _Silent(RotatingFileHandler):
    """A full disk is told elsewhere, and would be told here by a traceback for each line."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Lose it."""


class _Hiding(LogLines):
    """Lines with their time in UTC, without what is hidden."""

    converter = staticmethod(time.gmtime)

    def __init__(self, hide: Callable[[str], str]) -> None:
        super().__init__(FORMAT, DATES)
        self._hide = hide

    def format(self, record: logging.LogRecord) -> str:
        """The lines of one record."""
        return self._hide(super().format(record))
