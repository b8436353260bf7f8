"""Cameras behind http(s)://: what answers one picture a GET is polled; anything else is left to FFmpeg as a stream."""

import http.client
import re
import ssl
import time
import urllib.error
import urllib.request
from functools import lru_cache
from typing import List, Optional, Tuple
from urllib.parse import unquote

from fer_agent.cameras.camera import Camera, Image
from fer_agent.cameras.frame_timer import FrameTimer
from fer_agent.cameras.video import picture_of
from fer_agent.errors import CameraError
from fer_agent.settings import CameraSettings

SNAPSHOT_FPS = 5.0
"""How often a camera is asked whose settings do not say it."""
LARGEST_BYTES = 64 * 1024 * 1024
CHUNK_BYTES = 64 * 1024
JPEG, JPEG_ENDS = b"\xff\xd8\xff", b"\xff\xd9"
PICTURE = re.compile(r"image/(?!x-mixed-replace)")
PAGE = re.compile(r"(text/html|application/(json|xhtml))")
LOGIN = re.compile(r"(https?://)([^/?#]*)@(.*)", re.DOTALL)
REFUSALS = {
    401: "asks for another user or password; write them as http://USER:PASSWORD@…, with %40 for @ and %2F for /",
    403: "refuses this user; give the user the right to watch, or name another",
    404: "has no such path; look up the address of its snapshot or stream",
}
OTHER_REFUSAL = "answers with status {status}; look up the address of its snapshot or stream"


class HttpCamera:
    """A camera behind http(s):// that is asked for one picture after the other, at the frame rate of the settings."""

    live = True
    stills = False
    length_s = 0.0
    position_s: Optional[float] = None

    def __init__(self, settings: CameraSettings, stream: Camera) -> None:
        """The stream reads the same address when it answers with something else than a picture."""
        self._source = settings.source
        self._patience_s = settings.stall_s
        self._fps = settings.fps or SNAPSHOT_FPS
        self._stream = stream
        self._streams = False
        self._first: Optional[Image] = None
        self._timer: Optional[FrameTimer] = None
        address, handlers = _opened_by(settings.source.escaped)
        self._address, self._opener = address, urllib.request.build_opener(*handlers)

    def open(self) -> None:
        self._first = self._asked()
        self._streams = self._first is None
        if self._streams:
            self._stream.open()
        self._timer = FrameTimer(self._fps)

    def read(self) -> Optional[Image]:
        if self._streams:
            return self._stream.read()
        image, self._first = self._first, None
        if self._timer:
            self._timer.wait()
        image = self._asked() if image is None else image
        if image is None:
            raise CameraError(f"The camera {self._source} answers with a picture no more; check the camera.")
        return image

    def close(self) -> None:
        if self._timer:
            self._timer.release()
        self._stream.close()

    def _asked(self) -> Optional[Image]:
        """The picture that it answers with; None if that is none. Raises CameraError."""
        try:
            with self._opener.open(self._address, timeout=self._patience_s) as answer:
                data = self._picture(answer)
        except urllib.error.HTTPError as error:
            if error.fp:
                error.close()
            refusal = REFUSALS.get(error.code, OTHER_REFUSAL.format(status=error.code))
            raise CameraError(f"The camera {self._source} {refusal}.") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise CameraError(
                f"The camera {self._source} cannot be reached ({_reason(error)}); check its address, and the network."
            ) from None
        if data is None:
            return None
        image = picture_of(data)
        if image is None or (data.startswith(JPEG) and JPEG_ENDS not in data[-CHUNK_BYTES:]):
            raise CameraError(
                f"The camera {self._source} sent a picture that is damaged or cut short; check the camera."
            )
        return image

    def _picture(self, answer: http.client.HTTPResponse) -> Optional[bytes]:
        kind = answer.headers.get("Content-Type", "").strip().lower()
        if PAGE.match(kind):
            raise CameraError(
                f"The camera {self._source} answers with a page ({kind.partition(';')[0]}), not a picture or stream; "
                "look up the address of its snapshot or stream."
            )
        begins = b""
        if not PICTURE.match(kind):
            whole = answer.headers.get("Content-Length") is not None
            begins = answer.read(len(JPEG)) if whole and not kind.startswith(("multipart/", "video/")) else b""
            if begins != JPEG:
                return None
        return begins + self._rest(answer, len(begins))

    def _rest(self, answer: http.client.HTTPResponse, had_bytes: int) -> bytes:
        until_s = time.monotonic() + self._patience_s
        promised = int(answer.headers.get("Content-Length") or 0)
        chunks: List[bytes] = []
        while chunk := answer.read1(CHUNK_BYTES):
            chunks.append(chunk)
            had_bytes += len(chunk)
            if time.monotonic() > until_s:
                raise CameraError(f"The camera {self._source} took more than {self._patience_s:g} s for one picture.")
            if had_bytes > LARGEST_BYTES:
                raise CameraError(f"The camera {self._source} sends a picture without end; check its address.")
        if had_bytes < promised:
            raise CameraError(
                f"The camera {self._source} broke off within a picture; check the camera and the network."
            )
        return b"".join(chunks)


class _OneAnswer(urllib.request.HTTPDigestAuthHandler):
    """Answers a challenge once: a wrong password that is given again and again locks the camera's account."""

    def retry_http_digest_auth(self, req: urllib.request.Request, auth: str) -> Optional[http.client.HTTPResponse]:
        if req.has_header(self.auth_header) and "stale=true" not in auth.lower():
            raise urllib.error.HTTPError(req.full_url, 401, "Unauthorized", http.client.HTTPMessage(), None)
        return super().retry_http_digest_auth(req, auth)


@lru_cache(maxsize=1)
def _trusting() -> ssl.SSLContext:
    """Made once, for all certificates of the system are loaded with it, a megabyte at each opening of a camera."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _opened_by(address: str) -> Tuple[str, List[urllib.request.BaseHandler]]:
    """The address without user and password, and what answers a camera that asks for them.

    As with FFmpeg's streams, a camera may have made its certificate itself; and no proxy stands before it.
    """
    handlers: List[urllib.request.BaseHandler] = [
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPSHandler(context=_trusting()),
    ]
    login = LOGIN.match(address)
    if login:
        address = login[1] + login[3]
        user, _, password = login[2].partition(":")
        known = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        known.add_password(None, address, unquote(user), unquote(password))
        handlers += [urllib.request.HTTPBasicAuthHandler(known), _OneAnswer(known)]
    return address, handlers


def _reason(error: Exception) -> str:
    """Why, in the system's words; nothing of the address, which may hold a secret."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError) or "timed out" in str(cause):
        return "it does not answer"
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return type(cause).__name__ if isinstance(cause, Exception) else "it is not an address"
