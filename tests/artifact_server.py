"""A small file server with Range and If-Range, whose faults a test chooses."""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

RANGE = re.compile(r"bytes=(\d+)-(\d*)")
CHUNK_BYTES = 64 * 1024


@dataclass
class Asked:
    """One request, and what was answered."""

    path: str
    range: str
    token: str
    status: int
    sent_bytes: int


@dataclass
class Faults:
    """What goes wrong, for so many answers to requests for artifacts."""

    busy: int = 0
    cut_after_bytes: int = 0
    cuts: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, name: str) -> bool:
        """Whether this answer is to have the fault."""
        with self.lock:
            left = getattr(self, name)
            setattr(self, name, max(0, left - 1))
            return bool(left)


class ArtifactServer:
    """Serves `files` by path; remembers what was asked for."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[Asked] = []
        self.faults = Faults()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def requests(self, path: str) -> list[Asked]:
        """What was asked of one path."""
        return [each for each in list(self.asked) if each.path == path]

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server.answer(self)

            def log_message(self, *_arguments: object) -> None:
                """Nothing is printed."""

        return Handler

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """One answer; called from the request's thread."""
        data = self.files.get(request.path)
        if data is None:
            self._refuse(request, 404)
        elif "/artifacts/" in request.path and self.faults.take("busy"):
            self._refuse(request, 503, lambda: request.send_header("Retry-After", "1"))
        else:
            self._send(request, data)

    def _refuse(self, request: BaseHTTPRequestHandler, status: int, headers: Callable[[], None] = lambda: None) -> None:
        self._note(request, status, 0)
        request.send_response(status)
        headers()
        request.send_header("Content-Length", "0")
        request.end_headers()

    def _send(self, request: BaseHTTPRequestHandler, data: bytes) -> None:
        etag = f'"{hash(data)}"'
        first, last = 0, len(data) - 1
        asked = RANGE.fullmatch(request.headers.get("Range", ""))
        partial = asked is not None and request.headers.get("If-Range", etag) == etag
        if asked is not None and partial:
            first, last = int(asked[1]), min(last, int(asked[2] or last))
        if first >= len(data):
            self._refuse(request, 416)
            return
        body = data[first : last + 1]
        cut = "/artifacts/" in request.path and len(body) > self.faults.cut_after_bytes and self.faults.take("cuts")
        self._note(request, 206 if partial else 200, self.faults.cut_after_bytes if cut else len(body))
        request.send_response(206 if partial else 200)
        request.send_header("ETag", etag)
        request.send_header("Accept-Ranges", "bytes")
        request.send_header("Content-Length", str(len(body)))
        if partial:
            request.send_header("Content-Range", f"bytes {first}-{last}/{len(data)}")
        request.end_headers()
        request.wfile.write(body[: self.faults.cut_after_bytes] if cut else body)
        request.close_connection = request.close_connection or bool(cut)

    def _note(self, request: BaseHTTPRequestHandler, status: int, sent_bytes: int) -> None:
        self.asked.append(
            Asked(
                request.path,
                request.headers.get("Range", ""),
                request.headers.get("Authorization", ""),
                status,
                sent_bytes,
            )
        )
