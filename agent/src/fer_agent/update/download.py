"""Fetching a file, and going on where the download broke off; what fails may be tried again."""

import logging
import random
import re
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Dict, Iterator, List, Optional

from fer_wire.message import MAX_PAYLOAD_BYTES

from fer_agent.errors import CanceledError, RejectedError, UpdateError
from fer_agent.settings import UpdateSettings
from fer_agent.update import durable
from fer_agent.update.abandon import Permit, abandonable
from fer_agent.update.http import OK, RANGE_NOT_SATISFIABLE, Answer, AnswerBroken, Broken, HttpClient

log = logging.getLogger(__name__)

CHUNK_BYTES = 8192
MANIFEST_MAX_BYTES = MAX_PAYLOAD_BYTES
MOVED_ON_BYTES = 64 * 1024
"""A try that brought this much does not count as a failure: the retries are counted from 0 again."""
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
LONGEST_RETRY_AFTER_S = 300.0
BUSY_PATIENCE_S = 3600.0
"""How long a server may put us off with 429 or 503, which does not count as a failure either."""
SLOWER_THAN_SILENT = 2
"""So many times update.timeout_s without a chunk: a server that drips."""


@dataclass(frozen=True)
class Goal:
    """A file to fetch: its full size, and where it lies while it comes."""

    url: str
    size_bytes: int
    path: Path
    etag: Path

    @property
    def here_bytes(self) -> int:
        """How much of it is here."""
        return self.path.stat().st_size if self.path.exists() else 0


class _Watch:
    """Tells the progress, and ends a try that brings next to nothing but never falls silent."""

    def __init__(self, goal: Optional[Goal], patience_s: float, progress: Callable[[int], None]) -> None:
        self._goal, self._patience_s, self._progress = goal, patience_s, progress
        self._here_bytes, self._grew_s = -1, time.monotonic()

    def turn(self) -> None:
        here_bytes, now_s = self._goal.here_bytes if self._goal else 0, time.monotonic()
        if here_bytes != self._here_bytes:
            self._here_bytes, self._grew_s = here_bytes, now_s
            self._progress(here_bytes)
        elif now_s - self._grew_s > self._patience_s:
            raise Broken("the server is too slow")


class Downloader:
    """Fetches from the controller, with the device's token, and from elsewhere without it."""

    def __init__(self, settings: UpdateSettings, first_pause_s: float = FIRST_PAUSE_S) -> None:
        self._settings, self._first_pause_s = settings, first_pause_s
        self._http = HttpClient(settings)

    def file(self, goal: Goal, cancel: threading.Event, progress: Callable[[int], None]) -> None:
        """Fetch the whole of a file, from where it broke off; progress is told how many bytes have arrived.

        Raises RejectedError when more or fewer bytes come than promised, CanceledError, and UpdateError when it
        cannot be had or the disk is full.
        """
        durable.room_for(goal.size_bytes - goal.here_bytes, goal.path.parent)
        progress(goal.here_bytes)
        self._persistently(goal.url, lambda permit: self._some(goal, permit), goal, cancel, progress)
        progress(goal.here_bytes)

    def manifest(self, url: str, cancel: threading.Event) -> bytes:
        """Fetch a manifest; raises RejectedError when it is too large, CanceledError, and UpdateError."""
        found: List[bytes] = []
        self._persistently(url, lambda permit: self._small(url, permit, found), None, cancel, lambda _: None)
        return found[-1]

    def _persistently(
        self,
        url: str,
        attempt: Callable[[Permit], None],
        goal: Optional[Goal],
        cancel: threading.Event,
        progress: Callable[[int], None],
    ) -> None:
        failures, patient_until_s = 0, time.monotonic() + BUSY_PATIENCE_S
        while True:
            before = goal.here_bytes if goal else 0
            try:
                watch = _Watch(goal, self._settings.timeout_s * SLOWER_THAN_SILENT, progress)
                return abandonable(attempt, cancel, watch.turn)
            except Broken as broken:
                put_off = broken.retry_after_s is not None and time.monotonic() < patient_until_s
                moved_on = goal is not None and goal.here_bytes - before >= MOVED_ON_BYTES
                failures = failures if put_off else 1 if moved_on else failures + 1
                if failures > self._settings.retries:
                    raise UpdateError(f"{url} cannot be fetched after {failures} tries: {broken}.") from broken
                pause_s = self._pause_s(failures) if broken.retry_after_s is None else broken.retry_after_s
                log.info("%s: %s; trying again in %.1f s.", url, broken, pause_s)
                if cancel.wait(pause_s):
                    raise CanceledError("The download was told to stop.") from broken

    def _pause_s(self, failures: int) -> float:
        longest = min(LONGEST_PAUSE_S, self._first_pause_s * 2.0 ** min(failures - 1, 16))
        return longest * random.uniform(0.5, 1.0)  # noqa: S311  # jitter, no secret

    def _some(self, goal: Goal, permit: Permit) -> None:
        if goal.here_bytes > goal.size_bytes:
            _begin_anew(goal, permit)
        if goal.here_bytes == goal.size_bytes:
            return
        with self._http.answer(goal.url, _range(goal)) as answer:
            offset = self._offset(goal, answer, permit)
            if _length(answer) not in (None, goal.size_bytes - offset):
                _begin_anew(goal, permit)
                raise RejectedError(
                    f"{goal.url} has {offset + (_length(answer) or 0)} bytes, {goal.size_bytes} were promised."
                )
            self._write(goal, answer, permit)
        if goal.here_bytes < goal.size_bytes:
            raise Broken(f"the connection broke off after {goal.here_bytes} of {goal.size_bytes} bytes")

    def _offset(self, goal: Goal, answer: Answer, permit: Permit) -> int:
        """How much of the file is here, from which the answer goes on."""
        if answer.status_code == RANGE_NOT_SATISFIABLE:
            _begin_anew(goal, permit)
            raise Broken("the server has another file than before", None)
        if answer.status_code == OK:
            _begin_anew(goal, permit, _strong_etag(answer))
            return 0
        found = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range", ""))
        if not found or int(found[1]) != goal.here_bytes:
            _begin_anew(goal, permit)
            raise Broken("the server answered with another range than the one asked for")
        return goal.here_bytes

    def _write(self, goal: Goal, answer: Answer, permit: Permit) -> None:
        try:
            with goal.path.open("ab") as file:
                for chunk in _chunks(answer):
                    with permit.use():
                        if file.tell() + len(chunk) > goal.size_bytes:
                            file.truncate(0)
                            raise RejectedError(f"{goal.url} gives more than the {goal.size_bytes} bytes promised.")
                        file.write(chunk)
                        file.flush()
        except OSError as error:
            if isinstance(error, AnswerBroken):
                raise
            _begin_anew(goal, permit)
            raise UpdateError(f"Cannot write {goal.path} ({error}); make room on the device.") from error

    def _small(self, url: str, permit: Permit, found: List[bytes]) -> None:
        body = b""
        with self._http.answer(url, {}) as answer:
            if answer.status_code != OK:
                raise Broken(f"the server answered {answer.status_code}")
            for chunk in _chunks(answer):
                body += chunk
                if len(body) > MANIFEST_MAX_BYTES:
                    raise RejectedError(f"{url} gives more than {MANIFEST_MAX_BYTES} bytes; that is no manifest.")
            if _length(answer) not in (None, len(body)):
                raise Broken(f"the connection broke off after {len(body)} bytes")
        with permit.use():
            found.append(body)


def _range(goal: Goal) -> Dict[str, str]:
    """Headers that ask for the rest of a file, if it is still the same one."""
    if not goal.here_bytes or not goal.etag.exists():
        return {}
    return {"Range": f"bytes={goal.here_bytes}-", "If-Range": goal.etag.read_text(encoding="utf-8")}


def _begin_anew(goal: Goal, permit: Permit, etag: str = "") -> None:
    with permit.use():
        goal.path.write_bytes(b"")
        goal.etag.unlink() if goal.etag.exists() else None
        if etag:
            goal.etag.write_text(etag, encoding="utf-8")


def _strong_etag(answer: Answer) -> str:
    etag = answer.headers.get("ETag", "")
    return etag if etag.startswith('"') else ""


def _chunks(answer: Answer) -> Iterator[bytes]:
    return (bytes(chunk) for chunk in answer.iter_content(CHUNK_BYTES))


def _length(answer: Answer) -> Optional[int]:
    text = answer.headers.get("Content-Length", "")
    return int(text) if text.isdigit() else None
