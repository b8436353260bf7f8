"""Pictures and videos from files, devices and streams; the only file that imports cv2 for capture."""

import os
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator, Optional, Sequence, Union

from fer_wire.printable import printable

# FFmpeg writes to stderr on its own; our errors say all that is needed.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
# Over UDP a busy Wi-Fi loses packets, and with them whole pictures.
os.environ.setdefault("OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_transport;tcp")

import cv2
import numpy as np
import numpy.typing as npt

from fer_agent.cameras.camera import Image
from fer_agent.cameras.orientation import UPRIGHT, is_tiff, turn_of, without_turn
from fer_agent.imaging import eight_bit_bgr

ANY = cv2.CAP_ANY
V4L2 = cv2.CAP_V4L2
FFMPEG = cv2.CAP_FFMPEG

OPEN_TIMEOUT = cv2.CAP_PROP_OPEN_TIMEOUT_MSEC
READ_TIMEOUT = cv2.CAP_PROP_READ_TIMEOUT_MSEC
FPS = cv2.CAP_PROP_FPS
WIDTH = cv2.CAP_PROP_FRAME_WIDTH

COLOR = cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH

PICTURES = (
    ".avif", ".bmp", ".gif", ".heic", ".heif", ".j2k", ".jp2", ".jpeg", ".jpg", ".jxl", ".pbm", ".pfm", ".pgm", ".png",
    ".pnm", ".ppm", ".tif", ".tiff", ".webp",
)  # fmt: skip
"""What a file is called that is meant to be a picture, whether it can be read here or not."""

HEIF_STILLS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"avif")
"""Brands of files that hold one picture (ISO 23008-12)."""


class Video:
    """An open video, device or stream; close() may come from another thread while read() waits."""

    def __init__(self, source: Union[int, str], backend: int = ANY, options: Sequence[float] = ()) -> None:
        """Options are pairs of a property and its value, for example (FPS, 30)."""
        with openable(source) as name:
            self._capture = cv2.VideoCapture(name, backend, [round(value) for value in options])
        self._reading = threading.Lock()
        self._closing = threading.Event()

    @property
    def opened(self) -> bool:
        """Whether there is something to read."""
        return self._capture.isOpened()

    @property
    def fps(self) -> float:
        """Frames per second according to the source, or 0."""
        fps = self._capture.get(cv2.CAP_PROP_FPS)
        return fps if 0 < fps < 1000 else 0.0

    @property
    def frames(self) -> int:
        """How many frames the header says there are, which is an estimate, or 0."""
        return max(0, int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT)))

    @property
    def position_s(self) -> float:
        """Position of the last frame in the file."""
        return max(0.0, self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000)

    def leave_as_stored(self) -> None:
        """Turn no picture upright, whatever the file says."""
        self._capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 0)

    def read(self) -> Optional[Image]:
        """The next picture, or None if there is none."""
        with self._reading:
            if self._closing.is_set():
                return None
            found, image = self._capture.read()
            if self._closing.is_set():
                self._capture.release()
        return eight_bit_bgr(image) if found else None

    def close(self) -> None:
        """Release the source. A read under way does so when it returns, for cv2 must not be released during one."""
        self._closing.set()
        if self._reading.acquire(blocking=False):
            try:
                self._capture.release()
            finally:
                self._reading.release()


@contextmanager
def openable(source: Union[int, str]) -> Iterator[Union[int, str]]:
    """The source by a name that OpenCV can take: a file's name that is not UTF-8 would crash it."""
    if isinstance(source, int) or printable(source) == source:
        yield source
        return
    descriptor = os.open(os.fsencode(source), os.O_RDONLY)
    try:
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)


def is_picture(path: Path) -> bool:
    """Whether a file is a picture by its content, or is called one."""
    if path.suffix.lower() in PICTURES:
        return True
    if not path.is_file():
        return False  # a pipe without a writer would hold whoever opens it
    try:
        with path.open("rb") as file:
            begins = file.read(12)
        with openable(str(path)) as name:
            return (begins[4:8] == b"ftyp" and begins[8:] in HEIF_STILLS) or cv2.haveImageReader(str(name))
    except OSError:
        return False


def read_picture(path: Path) -> Optional[Image]:
    """A picture file as BGR, upright as it was taken; None if it cannot be read.

    What OpenCV's readers of pictures do not know, such as HEIC, FFmpeg may: it takes it for a video of one frame.
    """
    turn = turn_of(path)
    image = _decoded(path, as_stored=turn != UPRIGHT)
    return None if image is None else turn.of(eight_bit_bgr(image))


def picture_of(content: bytes) -> Optional[Image]:
    """A picture as a camera sends it, as BGR, upright by its EXIF data; None if it cannot be read."""
    try:
        image = cv2.imdecode(np.frombuffer(content, np.uint8), COLOR) if content else None
    except cv2.error:
        return None
    return None if image is None else eight_bit_bgr(image)


def _decoded(path: Path, as_stored: bool) -> Optional[npt.NDArray[Any]]:
    """By the first decoder that can; as_stored keeps all of them from turning it."""
    content = np.frombuffer(without_turn(path), np.uint8) if as_stored and is_tiff(path) else None
    with openable(str(path)) as name:
        for flags in (COLOR | cv2.IMREAD_IGNORE_ORIENTATION if as_stored else COLOR, cv2.IMREAD_UNCHANGED):
            try:
                image = cv2.imread(str(name), flags) if content is None else cv2.imdecode(content, flags)
            except cv2.error:  # a picture too large for cv2's limits raises instead
                return None
            if image is not None:
                return image
    film = Video(str(path), FFMPEG)
    if as_stored:
        film.leave_as_stored()
    try:
        return film.read() if film.opened else None
    finally:
        film.close()
