"""The devices' side of the process that downloads: jobs go out, and answers come back into the devices' thread."""

import itertools
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from threading import Thread

from fer_wire.errors import AddressError
from fer_wire.origins import Origin
from fer_wire.tls import NO_FILES, ClientFiles

from fer_simulator.downloads.lines import Answer, Job
from fer_simulator.downloads.request import Outcome, Request
from fer_simulator.errors import SimulationError

PROGRAM = (sys.executable, "-m", "fer_simulator.downloads.worker")
END_TIMEOUT_S = 5.0
CANCEL_EVERY_S = 0.5

Done = Callable[[Outcome], None]
Wanted = Callable[[], bool]


class DownloadClient:
    """Begins with its process and ends it with close(); not for several threads."""

    def __init__(
        self,
        controller_url: str | None,
        at_once: int,
        wake: Callable[[], None],
        now: Callable[[], float],
        files: ClientFiles = NO_FILES,
    ) -> None:
        self._controller_url, self._wake, self._now = (controller_url or "").rstrip("/"), wake, now
        self._numbers = itertools.count(1)
        self._jobs: dict[int, tuple[Request, Wanted, Done]] = {}
        self._answers: deque[Answer | None] = deque()
        self._told: deque[tuple[Done, Outcome]] = deque()
        self._cancel_at = 0.0
        self._process = subprocess.Popen(
            [*PROGRAM, str(at_once), *(str(file or "") for file in files)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the devices, which then end this one
        )
        self._reader = Thread(target=self._read, name="downloads", daemon=True)
        self._reader.start()
        self.active = 0
        self.total_bytes = 0

    def fetch(self, request: Request, wanted: Wanted, done: Done) -> None:
        """Begin when there is room; done is called by deliver()."""
        own = request.url.startswith("/") and not request.url.startswith("//")
        if own and not self._controller_url:
            self._refuse(f"{request.url} is a path at the controller, whose --controller is not given", done)
            return
        url = f"{self._controller_url}{request.url}" if own else request.url
        try:
            Origin.of(url)
        except AddressError as error:
            self._refuse(f"{url[:200]!r} is no address of a file: {error}", done)
            return
        number = next(self._numbers)
        self._jobs[number] = request, wanted, done
        self._send(
            Job(
                number=number,
                url=url,
                own=own,
                token=request.token if own else "",
                cert_file=str(request.files.cert_file or "") if own else "",
                key_file=str(request.files.key_file or "") if own else "",
                part=request.part.number if request.part else None,
                size_bytes=request.size_bytes,
                piece_bytes=request.piece_bytes,
            )
        )

    def deliver(self) -> None:
        """Call back, in this thread, for each ended job, and cancel unwanted ones; raises SimulationError."""
        while self._answers:
            answer = self._answers.popleft()
            if answer is None:
                raise SimulationError(f"The process that downloads has ended ({self._process.wait()}).")
            self._take(answer)
        while self._told:
            done, outcome = self._told.popleft()
            done(outcome)
        if self._now() >= self._cancel_at:
            self._cancel_at = self._now() + CANCEL_EVERY_S
            self._cancel_unwanted()

    def close(self) -> None:
        """End the process; what is under way is given up."""
        with suppress(OSError):
            if self._process.stdin:
                self._process.stdin.close()
        try:
            self._process.wait(END_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._reader.join()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()

    def _refuse(self, fault: str, done: Done) -> None:
        self._told.append((done, Outcome(fault=fault, final=True)))
        self._wake()

    def _take(self, answer: Answer) -> None:
        self.total_bytes, self.active = max(self.total_bytes, answer.total_bytes), answer.active
        request, _, done = self._jobs.pop(answer.number)
        if request.part is not None:
            request.part.received_bytes, request.part.sha256 = answer.received_bytes, answer.sha256
        done(Outcome(answer.busy_s, answer.fault, answer.final, answer.wrong_size, answer.body.encode("latin-1")))

    def _cancel_unwanted(self) -> None:
        unwanted = [number for number, (_, wanted, _) in self._jobs.items() if not wanted()]
        for number in unwanted:
            request, _, done = self._jobs[number]
            self._jobs[number] = request, _yes, done
            self._send(Job(cancel=number))

    def _send(self, job: Job) -> None:
        with suppress(OSError):  # the process has ended, which deliver() tells
            if self._process.stdin:
                self._process.stdin.write(job.model_dump_json(exclude_defaults=True).encode() + b"\n")
                self._process.stdin.flush()

    def _read(self) -> None:
        for line in self._process.stdout or ():
            self._answers.append(Answer.model_validate_json(line))
            self._wake()
        self._answers.append(None)
        with suppress(OSError):
            self._wake()


def _yes() -> bool:
    """It is canceled already."""
    return True
