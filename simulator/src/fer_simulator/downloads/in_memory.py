"""Files that are simply there, for tests: no process, no network."""

from collections.abc import Callable
from hashlib import sha256

from fer_simulator.clock import Timers
from fer_simulator.downloads.request import Outcome, Request

ANSWERS_AFTER_S = 0.1


class FilesInMemory:
    """Answers after a moment, from files by address; `faults` come first, one for each request of a file."""

    def __init__(self, timers: Timers, files: dict[str, bytes] | None = None) -> None:
        self._timers = timers
        self.files = files or {}
        self.faults: list[Outcome] = []
        self.requests: list[Request] = []
        self.canceled = 0

    def fetch(self, request: Request, wanted: Callable[[], bool], done: Callable[[Outcome], None]) -> None:
        """Answer a little later."""
        self.requests.append(request)
        self._timers.later(ANSWERS_AFTER_S, lambda: done(self._answer(request, wanted())))

    def _answer(self, request: Request, wanted: bool) -> Outcome:
        if not wanted:
            self.canceled += 1
            return Outcome(fault="no longer wanted", final=True)
        if request.url not in self.files:
            return Outcome(fault=f"HTTP 404 for {request.url}", final=True)
        if request.part is None:
            return Outcome(body=self.files[request.url])
        if self.faults:
            return self.faults.pop(0)
        if len(self.files[request.url]) != request.size_bytes:
            return Outcome(fault="the file has another size than the desired state says", final=True, wrong_size=True)
        start = request.part.received_bytes
        stop = start + request.piece_bytes if request.piece_bytes else None
        sent = self.files[request.url][:stop]
        request.part.received_bytes, request.part.sha256 = len(sent), sha256(sent).hexdigest()
        return Outcome()
