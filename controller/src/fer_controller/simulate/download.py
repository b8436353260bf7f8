"""Artifacts and manifests over HTTP, in a bounded pool of threads; the bytes are hashed and thrown away.

This is the one file that uses requests. What a fetch came to is told in the caller's own thread, by `deliver`.
"""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import requests

from fer_controller.simulate.disk import Part

CHUNK_BYTES = 64 * 1024
"""What a broken connection costs at most: requests gives no part of a chunk."""
TIMEOUT_S = 30.0
BUSY_PAUSE_S = 1.0
MANIFEST_MAX_BYTES = 1024 * 1024
BUSY = (429, 503)
PARTIAL = 206
UNSATISFIABLE = 416
TOO_LONG = "the server sent more bytes than the desired state says"


@dataclass(frozen=True)
class Outcome:
    """What a fetch came to: all that was asked for, a pause to keep before the next try, or a fault."""

    busy_s: float = 0.0
    fault: str = ""
    final: bool = False
    too_long: bool = False
    body: bytes = b""


@dataclass(frozen=True)
class Request:
    """What to fetch: a file from where its part ends, at most so many bytes of it, or a manifest into memory."""

    url: str
    token: str = ""
    part: Part | None = None
    size_bytes: int = MANIFEST_MAX_BYTES
    piece_bytes: int | None = None


class Fetcher:
    """The pool; it stops reading when the caller no longer wants the answer."""

    def __init__(self, controller_url: str | None, at_once: int, wake: Callable[[], None]) -> None:
        self._controller_url, self._wake = controller_url, wake
        self._pool = ThreadPoolExecutor(at_once, "download")
        self._answers: deque[tuple[Callable[[Outcome], None], Outcome]] = deque()
        self._own = threading.local()
        self._counted = threading.Lock()
        self.active = 0
        self.total_bytes = 0

    def fetch(self, request: Request, wanted: Callable[[], bool], done: Callable[[Outcome], None]) -> None:
        """Begin when a thread is free; done is called by deliver()."""
        self._pool.submit(self._work, request, wanted, done)

    def deliver(self) -> None:
        """Tell, in this thread, what has ended."""
        while self._answers:
            done, outcome = self._answers.popleft()
            done(outcome)

    def close(self) -> None:
        """Begin nothing more; what is under way ends by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _work(self, request: Request, wanted: Callable[[], bool], done: Callable[[Outcome], None]) -> None:
        outcome = Outcome(fault="no longer wanted", final=True)
        if wanted():
            self._count(+1)
            try:
                outcome = self._fetched(request, wanted)
            finally:
                self._count(-1)
        self._answers.append((done, outcome))
        self._wake()

    def _count(self, change: int) -> None:
        with self._counted:
            self.active += change

    def _fetched(self, request: Request, wanted: Callable[[], bool]) -> Outcome:
        own = not urlsplit(request.url).netloc
        if own and not self._controller_url:
            return Outcome(
                fault=f"{request.url} is a path at the controller, whose --controller is not given", final=True
            )
        url = urljoin(self._controller_url or "", request.url) if own else request.url
        try:
            with self._session().get(
                url, headers=_headers(request, own), stream=True, timeout=TIMEOUT_S, allow_redirects=not own
            ) as answer:
                return self._read(request, answer, wanted)
        except requests.RequestException as error:
            return Outcome(fault=f"{url}: {error}"[:400])

    def _session(self) -> requests.Session:
        if not hasattr(self._own, "session"):
            self._own.session = requests.Session()
            self._own.session.trust_env = False
        session: requests.Session = self._own.session
        return session

    def _read(self, request: Request, answer: requests.Response, wanted: Callable[[], bool]) -> Outcome:
        refused = _refusal(request, answer)
        if refused is not None:
            return refused
        part = request.part or Part()
        if answer.status_code != PARTIAL:
            part.reset()
        part.etag = answer.headers.get("ETag", "")
        body = bytearray()
        for chunk in answer.iter_content(CHUNK_BYTES):
            part.take(chunk)
            with self._counted:
                self.total_bytes += len(chunk)
            if part.received_bytes > request.size_bytes:
                return Outcome(fault=TOO_LONG, final=True, too_long=True)
            if request.part is None:
                body += chunk
            if not wanted():
                break
        return Outcome(body=bytes(body))


def _headers(request: Request, own: bool) -> dict[str, str]:
    headers = {"Authorization": f"Bearer {request.token}"} if own and request.token else {}
    start = request.part.received_bytes if request.part else 0
    if request.part and (start or request.piece_bytes):
        last = start + request.piece_bytes - 1 if request.piece_bytes else ""
        headers["Range"] = f"bytes={start}-{last}"
        if start and request.part.etag:
            headers["If-Range"] = request.part.etag
    headers["Accept-Encoding"] = "identity"
    return headers


def _refusal(request: Request, answer: requests.Response) -> Outcome | None:
    status = answer.status_code
    if status in BUSY:
        return Outcome(busy_s=_pause_s(answer.headers.get("Retry-After", "")), fault=f"HTTP {status}")
    if status == UNSATISFIABLE and request.part:
        request.part.reset()
    if status == PARTIAL and not _continues(request.part, answer.headers.get("Content-Range", "")):
        return Outcome(fault=f"{answer.url} sent another range than was asked for")
    if answer.ok:
        return None
    return Outcome(fault=f"HTTP {status} for {answer.url}", final=400 <= status < 500 and status != UNSATISFIABLE)


def _continues(part: Part | None, content_range: str) -> bool:
    return part is not None and content_range.startswith(f"bytes {part.received_bytes}-")


def _pause_s(retry_after: str) -> float:
    return min(60.0, float(retry_after)) if retry_after.isdigit() and int(retry_after) else BUSY_PAUSE_S
