import base64
import hashlib
import http.server
import re
import threading
import time
from typing import Any, Callable, Dict, Iterator, List, Optional

import cv2
import numpy as np
import pytest
from fer_agent.cameras import open_source
from fer_agent.cameras.camera import Camera
from fer_agent.errors import CameraError
from fer_agent.settings import CameraSettings

Answer = Callable[[http.server.BaseHTTPRequestHandler], None]
PICTURE = bytes(cv2.imencode(".jpg", np.full((48, 64, 3), 90, np.uint8))[1])


class Web:
    """An HTTP camera that answers as a test says."""

    def __init__(self) -> None:
        self.answer: Answer = picture()
        self.asked: List[Dict[str, str]] = []
        web = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                web.asked.append(dict(self.headers.items()))
                web.answer(self)

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        self.address = f"127.0.0.1:{self.server.server_address[1]}"


def sends(body: bytes, kind: Optional[str], status: int = 200, length: Optional[int] = None, **headers: str) -> Answer:
    def answer(request: http.server.BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        fields = {"Content-Type": kind, "Content-Length": str(len(body) if length is None else length), **headers}
        for name, value in fields.items():
            if value is not None:
                request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    return answer


def picture(kind: Optional[str] = "image/jpeg") -> Answer:
    return sends(PICTURE, kind)


@pytest.fixture
def web() -> Iterator[Web]:
    made = Web()
    yield made
    made.server.shutdown()
    made.server.server_close()


def camera(address: str, **settings: Any) -> Camera:
    return open_source(CameraSettings.model_validate({"source": address, "fps": 100, "stall_s": 1, **settings}))


def fault_of(some: Camera) -> str:
    try:
        some.open()
        for _ in range(3):
            some.read()
    except CameraError as error:
        return str(error)
    finally:
        some.close()
    pytest.fail("The camera works.")


@pytest.mark.parametrize("kind", ["image/jpeg", "IMAGE/JPG; q=1", "application/octet-stream", None])
@pytest.mark.parametrize("path", ["snapshot.jpg", "cgi-bin/snap.cgi?channel=1", ""])
def test_what_answers_one_picture_a_get_is_polled_whatever_its_address_is_called(
    web: Web, kind: Optional[str], path: str
) -> None:
    web.answer = picture(kind)
    some = camera(f"http://{web.address}/{path}")
    some.open()
    assert (some.live, some.stills) == (True, False)
    assert [image.shape for image in (some.read() for _ in range(3)) if image is not None] == [(48, 64, 3)] * 3
    some.close()
    assert len(web.asked) == 3


def test_it_is_asked_at_the_rate_of_the_camera(web: Web) -> None:
    some = camera(f"http://{web.address}/snapshot.jpg", fps=20)
    some.open()
    began_s = time.monotonic()
    for _ in range(11):
        some.read()
    some.close()
    assert time.monotonic() - began_s >= 0.45


def test_it_may_be_away_and_come_back(web: Web) -> None:
    some = camera(f"http://{web.address}/snapshot.jpg")
    web.answer = sends(b"", None, 503)
    assert "answers with status 503" in fault_of(some)
    web.answer = picture()
    some.open()
    assert some.read() is not None
    some.close()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (sends(b"", None, 401, WWW_Authenticate='Basic realm="c"'), "asks for another user or password"),
        (sends(b"", None, 404), "has no such path"),
        (sends(b"<html>", "text/html; charset=utf-8"), "answers with a page (text/html)"),
        (sends(PICTURE, "image/jpeg", length=len(PICTURE) + 9), "broke off within a picture"),
        (sends(PICTURE[:-300], "image/jpeg"), "damaged or cut short"),
        (sends(b"no picture", "image/jpeg"), "damaged or cut short"),
        (sends(b"", "image/jpeg"), "damaged or cut short"),
        (lambda request: request.wfile.write(b"rubbish\r\n\r\n"), "cannot be reached"),
        (lambda _: time.sleep(3), "it does not answer"),
    ],
)
@pytest.mark.parametrize("place", ["admin:s3cret@{}/s.jpg", "{}/s.jpg?password=s3cret"])
def test_a_camera_that_fails_is_told_of_in_a_sentence_without_its_secrets(
    web: Web, answer: Answer, expected: str, place: str
) -> None:
    web.answer = answer
    fault = fault_of(camera(f"http://{place.format(web.address)}"))
    assert expected in fault
    assert "s3cret" not in fault


def test_a_picture_that_drips_is_given_up(web: Web) -> None:
    def drips(request: http.server.BaseHTTPRequestHandler) -> None:
        sends(b"", "image/jpeg", length=10_000)(request)
        for byte in PICTURE:
            try:
                request.wfile.write(bytes([byte]))
            except OSError:
                return
            time.sleep(0.05)

    web.answer = drips
    assert "took more than 0.3 s" in fault_of(camera(f"http://{web.address}/s.jpg", stall_s=0.3))


def test_a_port_where_nobody_listens_is_told_of(web: Web) -> None:
    web.server.shutdown()
    web.server.server_close()
    assert "cannot be reached (Connection refused)" in fault_of(camera(f"http://{web.address}/s.jpg"))


@pytest.mark.parametrize("written", ["p%40ss%2F1", "p@ss/1"])
def test_user_and_password_are_sent_to_whoever_asks_for_them(web: Web, written: str) -> None:
    def guarded(request: http.server.BaseHTTPRequestHandler) -> None:
        given = request.headers.get("Authorization", "")
        right = given == "Basic " + base64.b64encode(b"admin:p@ss/1").decode()
        (picture() if right else sends(b"", None, 401, WWW_Authenticate='Basic realm="camera"'))(request)

    web.answer = guarded
    some = camera(f"http://admin:{written}@{web.address}/snapshot.jpg")
    some.open()
    assert some.read() is not None
    some.close()


@pytest.mark.parametrize(("password", "right"), [("s3cret", True), ("wr0ng", False)])
def test_a_camera_that_asks_for_a_digest_gets_one(web: Web, password: str, right: bool) -> None:
    def md5(*parts: str) -> str:
        return hashlib.md5(":".join(parts).encode()).hexdigest()  # noqa: S324 - what such cameras ask for

    logins = []

    def guarded(request: http.server.BaseHTTPRequestHandler) -> None:
        logins.append(request.headers.get("Authorization"))
        given = dict(re.findall(r'(\w+)="?([^",]+)', request.headers.get("Authorization", "")))
        first, second = md5("admin", "camera", "s3cret"), md5("GET", request.path)
        wanted = md5(first, "once", given.get("nc", ""), given.get("cnonce", ""), "auth", second)
        asks = sends(b"", None, 401, WWW_Authenticate='Digest realm="camera", nonce="once", qop="auth"')
        (picture() if given.get("response") == wanted else asks)(request)

    web.answer = guarded
    some = camera(f"http://admin:{password}@{web.address}/snapshot.jpg?channel=1")
    if right:
        some.open()
        assert some.read() is not None
        assert some.read() is not None
        some.close()
    else:
        fault = fault_of(some)
        assert "asks for another user or password" in fault
        assert password not in fault
        assert [login is not None for login in logins] == [False, True], "more would lock the account"


def test_a_stream_is_left_to_the_streams_reader(web: Web) -> None:
    part = b"--b\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n" % (len(PICTURE), PICTURE)

    def streams(request: http.server.BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "multipart/x-mixed-replace; boundary=b")
        request.end_headers()
        try:
            for _ in range(200):
                request.wfile.write(part)
        except OSError:
            return

    web.answer = streams
    some = camera(f"http://{web.address}/video.mjpg", stall_s=5)
    some.open()
    asked = len(web.asked)
    assert [image.shape for image in (some.read() for _ in range(5)) if image is not None] == [(48, 64, 3)] * 5
    assert len(web.asked) == asked
    some.close()
