"""Files over HTTP, in a process of its own, so that the devices' connections need not wait for its threads.

A line of its standard input is a Job or a cancellation, a line of its output an Answer; it ends with its input.
This is the one file that uses requests.
"""

import hashlib
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import requests
from fer_wire.tls import ClientFiles, Names, TlsClient, TlsPlace

from fer_simulator.downloads.lines import Answer, Job

CONTROLLER = Names("api", "--controller", "http", "https", "the controller's http.cert_file")
CHUNK_BYTES = 64 * 1024
"""What a broken connection costs at most: requests gives no part of a chunk."""
TIMEOUT_S = 30.0
BUSY_PAUSE_S = 1.0
LONGEST_BUSY_S = 60.0
BUSY = (429, 503)
PARTIAL = 206
UNSATISFIABLE = 416
WRONG_SIZE = "the file at the server has another size than the desired state says"
CANCELED = "no longer wanted"
BEHIND_THE_DEVICES = 5
"""How much nicer than the devices, which have deadlines to keep."""


@dataclass
class Kept:
    """Of a file that has come in part."""

    received_bytes: int = 0
    etag: str = ""
    hash: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def take(self, data: bytes) -> None:
        """Add bytes at the end."""
        self.hash.update(data)
        self.received_bytes += len(data)

    def reset(self) -> None:
        """Begin again."""
        self.received_bytes, self.etag, self.hash = 0, "", hashlib.sha256()


class Downloads:
    """Works jobs off in a bounded pool of threads."""

    def __init__(self, at_once: int, files: ClientFiles) -> None:
        self._files = files
        self._pool = ThreadPoolExecutor(at_once, "download")
        self._kept: dict[int, Kept] = {}
        self._canceled: set[int] = set()
        self._own, self._lock = threading.local(), threading.Lock()
        self._total_bytes = self._active = 0

    def take(self, job: Job) -> None:
        """Begin when a thread is free, or give an earlier one up."""
        if job.cancel:
            self._canceled.add(job.cancel)
        else:
            self._pool.submit(self._work, job)

    def _work(self, job: Job) -> None:
        kept = self._kept.setdefault(job.part, Kept()) if job.part is not None else Kept()
        self._count(active=+1)
        answer = self._fetched(job, kept)
        self._count(active=-1)
        if job.part is not None and kept.received_bytes >= job.size_bytes:
            self._kept.pop(job.part, None)
        known = {"number": job.number, "received_bytes": kept.received_bytes, "sha256": kept.hash.hexdigest()}
        sums = {"total_bytes": self._total_bytes, "active": self._active}
        line = answer.model_copy(update={**known, **sums}).model_dump_json(exclude_defaults=True)
        with self._lock:
            sys.stdout.buffer.write(line.encode() + b"\n")
            sys.stdout.buffer.flush()

    def _count(self, *, active: int = 0, received_bytes: int = 0) -> None:
        with self._lock:
            self._active += active
            self._total_bytes += received_bytes

    def _fetched(self, job: Job, kept: Kept) -> Answer:
        if job.number in self._canceled:
            return Answer(fault=CANCELED, final=True)
        files = self._files if job.own else ClientFiles(self._files.ca_file)
        if job.cert_file:
            files = ClientFiles(self._files.ca_file, Path(job.cert_file), Path(job.key_file))
        tls = TlsClient(TlsPlace.of_url(CONTROLLER, job.url, files))
        try:
            tls.check()
            with self._session().get(
                job.url, headers=_headers(job, kept), stream=True, timeout=TIMEOUT_S, allow_redirects=not job.own,
                verify=tls.authorities, cert=tls.certificate,
            ) as response:  # fmt: skip
                return _refusal(kept, response) or self._read(job, kept, response)
        except (requests.RequestException, ValueError) as error:
            return Answer(fault=f"{job.url}: {tls.explained(error) or error}"[:400])

    def _session(self) -> requests.Session:
        if not hasattr(self._own, "session"):
            self._own.session = requests.Session()
            self._own.session.trust_env = False
        session: requests.Session = self._own.session
        return session

    def _read(self, job: Job, kept: Kept, response: requests.Response) -> Answer:
        if job.part is not None and _whole_bytes(response) not in (None, job.size_bytes):
            return Answer(fault=WRONG_SIZE, final=True, wrong_size=True)
        if response.status_code != PARTIAL:
            kept.reset()
        kept.etag = response.headers.get("ETag", "")
        body = bytearray()
        for chunk in response.iter_content(CHUNK_BYTES):
            kept.take(chunk)
            self._count(received_bytes=len(chunk))
            if kept.received_bytes > job.size_bytes:
                return Answer(fault=WRONG_SIZE, final=True, wrong_size=True)
            if job.part is None:
                body += chunk
            if job.number in self._canceled:
                return Answer(fault=CANCELED, final=True)
        return Answer(body=body.decode("latin-1"))


def _headers(job: Job, kept: Kept) -> dict[str, str]:
    headers = {"Accept-Encoding": "identity"}
    if job.token:
        headers["Authorization"] = f"Bearer {job.token}"
    start = kept.received_bytes
    if job.part is not None and (start or job.piece_bytes):
        headers["Range"] = f"bytes={start}-{start + job.piece_bytes - 1 if job.piece_bytes else ''}"
        if start and kept.etag:
            headers["If-Range"] = kept.etag
    return headers


def _refusal(kept: Kept, response: requests.Response) -> Answer | None:
    status = response.status_code
    if status in BUSY:
        return Answer(busy_s=_pause_s(response.headers.get("Retry-After", "")), fault=f"HTTP {status}")
    if status == UNSATISFIABLE:
        kept.reset()
    if status == PARTIAL and not response.headers.get("Content-Range", "").startswith(f"bytes {kept.received_bytes}-"):
        return Answer(fault=f"{response.url} sent another range than was asked for")
    if response.ok:
        return None
    return Answer(fault=f"HTTP {status} for {response.url}", final=400 <= status < 500 and status != UNSATISFIABLE)


def _whole_bytes(response: requests.Response) -> int | None:
    """The size of the whole file, as the server says it before the first byte."""
    text = response.headers.get("Content-Length", "")
    if response.status_code == PARTIAL:
        text = response.headers.get("Content-Range", "").rpartition("/")[2]
    return int(text) if text.isdigit() else None


def _pause_s(retry_after: str) -> float:
    return min(LONGEST_BUSY_S, float(retry_after)) if retry_after.isdigit() and int(retry_after) else BUSY_PAUSE_S


def main(at_once: int, *files: str) -> None:
    """Work until the standard input ends."""
    os.nice(BEHIND_THE_DEVICES)
    downloads = Downloads(at_once, ClientFiles(*(Path(file) if file else None for file in files)))
    for line in sys.stdin.buffer:
        downloads.take(Job.model_validate_json(line))
    os._exit(0)  # nobody waits for what is under way


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
