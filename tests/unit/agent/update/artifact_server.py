"""A real HTTP server of artifacts, as the controller's, that can be told to misbehave."""

import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Callable, Dict, List, Optional, Tuple


class Misbehaviour:
    """What one answer does wrong."""

    def __init__(
        self,
        status: Optional[int] = None,
        headers: Optional[Dict[str, str]] = None,
        *,
        body: Optional[bytes] = None,
        cut_after: Optional[int] = None,
        stall_after: Optional[int] = None,
        location: Optional[str] = None,
        ignores_range: bool = False,
        etag: Optional[str] = None,
        range_start: Optional[int] = None,
    ) -> None:
        self.status, self.headers, self.body = status, headers or {}, body
        self.cut_after, self.stall_after, self.location = cut_after, stall_after, location
        self.ignores_range, self.etag, self.range_start = ignores_range, etag, range_start


Request = Tuple[str, Dict[str, str]]


class ArtifactServer:
    """Serves bytes by path with ETag, Range and If-Range; each request first takes the next misbehaviour, if any."""

    def __init__(self, routes: Dict[str, bytes], chunk_pause_s: float = 0.0, chunk_bytes: int = 4096) -> None:
        self.routes, self.chunk_pause_s, self.chunk_bytes = routes, chunk_pause_s, chunk_bytes
        self.misbehaviours: List[Misbehaviour] = []
        self.misbehaves: Callable[[str], Optional[Misbehaviour]] = lambda _path: None
        self.requests: List[Request] = []
        self.released = threading.Event()
        self.stalls_ended = 0
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:  # the library's name
                server.answer(self)

            def handle(self) -> None:
                with suppress(OSError):  # a device that goes away in mid-answer
                    super().handle()

            def log_message(self, *_words: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=lambda: self._server.serve_forever(0.05), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    def asked(self, path: str) -> List[Dict[str, str]]:
        """The headers of each request for a path."""
        return [headers for asked, headers in self.requests if asked == path]

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        self.requests.append((request.path, dict(request.headers)))
        wrong = self.misbehaves(request.path)
        if wrong is None:
            wrong = self.misbehaviours.pop(0) if self.misbehaviours else Misbehaviour()
        try:
            self._answer(request, wrong)
        except OSError:
            request.close_connection = True

    def _answer(self, request: BaseHTTPRequestHandler, wrong: Misbehaviour) -> None:
        body = wrong.body if wrong.body is not None else self.routes.get(request.path)
        if wrong.location or wrong.status or body is None:
            request.send_response(wrong.status or (302 if wrong.location else 404))
            if wrong.location:
                request.send_header("Location", wrong.location)
            for name, value in wrong.headers.items():
                request.send_header(name, value)
            request.send_header("Content-Length", "0")
            request.end_headers()
            return
        etag = wrong.etag or f'"{request.path[-12:]}"'
        start = self._start(request, etag, len(body)) if not wrong.ignores_range else 0
        start = wrong.range_start if wrong.range_start is not None else start
        request.send_response(206 if start else 200)
        request.send_header("ETag", etag)
        request.send_header("Content-Length", str(len(body) - start))
        if start:
            request.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        for name, value in wrong.headers.items():
            request.send_header(name, value)
        request.end_headers()
        self._send(request, body[start:], wrong)

    @staticmethod
    def _start(request: BaseHTTPRequestHandler, etag: str, size: int) -> int:
        asked = request.headers.get("Range", "")
        if not asked or request.headers.get("If-Range", etag) != etag:
            return 0
        start = int(asked[len("bytes=") : -1])
        return start if start < size else 0

    def _send(self, request: BaseHTTPRequestHandler, body: bytes, wrong: Misbehaviour) -> None:
        for offset in range(0, len(body), self.chunk_bytes):
            if wrong.cut_after is not None and offset >= wrong.cut_after:
                request.close_connection = True
                request.connection.close()
                return
            if wrong.stall_after is not None and offset >= wrong.stall_after:
                request.wfile.flush()
                self.released.wait(60)
                self.stalls_ended += 1
                request.close_connection = True
                return
            request.wfile.write(body[offset : offset + self.chunk_bytes])
            if self.chunk_pause_s:
                time.sleep(self.chunk_pause_s)
