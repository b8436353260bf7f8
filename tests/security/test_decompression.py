"""An answer that unpacks to more than a device's memory is not unpacked."""

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from fer_agent.errors import UpdateError
from fer_agent.settings import UpdateSettings
from fer_agent.update.download import Downloader, Goal

PATH, MANIFEST = "/v1/artifacts/some", "/v1/models/tiny/1/manifest.json"
BOMB = gzip.compress(gzip.compress(bytes(2**24)))
"""16 MiB in some tens of bytes; each further layer would multiply it by a thousand."""


@pytest.fixture(params=["gzip", "gzip, gzip", "deflate", "zstd", "br", "GZIP", "x" * 5000])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A controller that answers everything compressed."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Encoding", request.param)
            self.send_header("Content-Length", str(len(BOMB)))
            self.end_headers()
            self.wfile.write(BOMB)

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_what_is_compressed_is_refused_before_it_is_read(url: str, tmp_path: Path) -> None:
    downloader = Downloader(UpdateSettings(controller_url=url, timeout_s=5.0, retries=0), first_pause_s=0.01)
    cancel = threading.Event()
    with pytest.raises(UpdateError, match="the server compresses"):
        downloader.manifest(MANIFEST, cancel)
    goal = Goal(PATH, 2**24, tmp_path / "a.partial", tmp_path / "a.etag")
    with pytest.raises(UpdateError, match="the server compresses"):
        downloader.file(goal, cancel, lambda _bytes: None)
    assert not goal.path.exists() or not goal.path.stat().st_size
