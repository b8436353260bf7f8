"""A network camera (MJPEG over HTTP) that is never well for long; its clock is told how fast to run."""

import itertools
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]

FPS = 10.0
HEAD = b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n"
PART = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n"
SIZES = ((640, 480), (320, 240), (800, 600), (352, 288))


@dataclass(frozen=True)
class Trouble:
    """What the camera does, and for how many seconds of its own clock."""

    name: str
    seconds: float


MINUTE: Sequence[Trouble] = (
    Trouble("well", 12),
    Trouble("broken", 6),
    Trouble("well", 4),
    Trouble("black", 8),
    Trouble("resized", 8),
    Trouble("garbage", 2),
    Trouble("well", 4),
    Trouble("silent", 6),
    Trouble("gone", 4),
    Trouble("refusing", 2),
    Trouble("well", 4),
)
"""A minute of it; after `garbage` and `gone` whoever looks has to connect anew."""


@dataclass
class UnwellCamera:
    """Serves from start() to stop(); minutes_over counts how often it went through everything."""

    portrait: Picture
    speed: float
    minutes_over: int = 0
    port: int = 0
    _doing: Trouble = MINUTE[0]
    _over: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Listen, and let the clock run."""
        self._small = {size: _jpeg(np.asarray(cv2.resize(self.portrait, size), np.uint8)) for size in SIZES}
        self._black = _jpeg(np.zeros_like(self.portrait))
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._live, daemon=True).start()
        threading.Thread(target=self._open, daemon=True).start()

    def stop(self) -> None:
        """Be gone."""
        self._over.set()
        self._door.close()

    def _live(self) -> None:
        while not self._over.is_set():
            for trouble in MINUTE:
                self._doing = trouble
                self._over.wait(trouble.seconds / self.speed)
            self.minutes_over += 1

    def _open(self) -> None:
        while not self._over.is_set():
            with suppress(OSError):
                caller, _ = self._door.accept()
                if self._doing.name == "refusing":
                    caller.close()
                else:
                    threading.Thread(target=self._serve, args=(caller,), daemon=True).start()

    def _serve(self, caller: socket.socket) -> None:
        with caller, suppress(OSError):
            caller.settimeout(10)
            caller.sendall(HEAD)
            for number in itertools.count():
                doing = self._doing.name
                if self._over.is_set() or doing in ("gone", "refusing"):
                    return
                for sent in self._sent(doing, number):
                    caller.sendall(sent)
                time.sleep(1 / FPS / self.speed)

    def _sent(self, doing: str, number: int) -> Iterator[bytes]:
        if doing == "silent":
            return
        if doing == "garbage":
            yield bytes(np.random.default_rng(number).integers(0, 256, 2000, np.uint8))
            return
        jpeg = self._small[SIZES[0]]
        if doing == "black":
            jpeg = self._black
        elif doing == "resized":
            jpeg = self._small[SIZES[number // 5 % len(SIZES)]]
        elif doing == "broken" and number % 2:
            jpeg = _spoilt(jpeg, number)
        yield PART % (len(jpeg), jpeg)


def _jpeg(picture: Picture) -> bytes:
    return cv2.imencode(".jpg", picture)[1].tobytes()


def _spoilt(jpeg: bytes, number: int) -> bytes:
    """Cut short, with its middle overwritten, or empty."""
    kind, half = number % 3, len(jpeg) // 2
    if kind == 0:
        return jpeg[:half]
    return jpeg[:half] + b"\xff" * 300 + jpeg[half + 300 :] if kind == 1 else b""
