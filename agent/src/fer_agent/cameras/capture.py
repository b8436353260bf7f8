"""Keeps the frames of a camera coming: it is opened, watched, and reopened after a fault."""

import logging
import random
import threading
import time
from typing import Callable, Optional

from fer_agent.cameras.camera import Camera, Frame
from fer_agent.cameras.reader import Reader
from fer_agent.errors import CameraError
from fer_agent.settings import CameraSettings

logger = logging.getLogger(__name__)

RUNNING = "running"
REOPENING = "reopening"
ENDED = "ended"

OPENING_S = 15.0
"""A camera may take this long to open and deliver its first frame before it counts as stalled."""

FIRST_PAUSE_S = 0.5


class Capture:
    """Frames of one camera, for one thread that calls next() again and again.

    After a fault a live camera is reopened, with growing pauses, for as long as it takes; `error` says what is wrong.
    A source that is read once ends at its end or at its first fault, which `error` then holds.
    """

    def __init__(self, settings: CameraSettings, source: Callable[[], Camera]) -> None:
        """The source makes a new camera each time, because the old one may hang in its driver."""
        self.state = REOPENING
        self.error = ""
        self.reopened = 0
        self.settings = settings
        self._source = source
        self._skipped_before = 0
        self._tries = 0
        self._retry_at_s = 0.0
        self._stopped = threading.Event()
        self._live = True
        self._reader: Optional[Reader] = None
        self._retuned = threading.Event()

    @property
    def skipped(self) -> int:
        """Frames that were skipped because a newer one was available."""
        reader = self._reader
        return self._skipped_before + (reader.frames.skipped if reader else 0)

    def start(self) -> None:
        """Open the source; raises CameraError if it is to be read once and cannot be opened."""
        camera = self._source()
        self._live = camera.live
        reader = Reader(camera, self.settings.name, self.settings.width_px)
        if not camera.live:
            reader.open()
        self._reader = reader
        reader.start()

    def retune(self, settings: CameraSettings) -> None:
        """These settings hold from now on; a live camera whose frames would be others is opened anew."""
        before, self.settings = self.settings, settings
        if self._live and (before.fps, before.width_px) != (settings.fps, settings.width_px):
            self._retuned.set()

    def next(self, timeout_s: float) -> Optional[Frame]:
        """The next frame (live: the newest); None if none came in time, or if none ever will (state ended)."""
        if self._retuned.is_set():
            self._retuned.clear()
            self._close()
        if self._reader is None:
            self._reopen(timeout_s)
        reader = self._reader
        if reader is None or self.state == ENDED:
            return None
        frame = reader.frames.take(timeout_s)
        if frame is not None:
            self._running()
        else:
            self._examine(reader)
        return frame

    def stop(self) -> None:
        """Release the source; next() returns None from now on."""
        self._stopped.set()
        self.state = ENDED
        if self._reader:
            self._reader.stop()

    def _running(self) -> None:
        if self.state == RUNNING or self._stopped.is_set():
            return
        self.state = RUNNING
        self._tries = 0
        if self.error:
            self.reopened += 1
            self.error = ""
            logger.info("Camera %s delivers frames again.", self.settings.name)

    def _examine(self, reader: Reader) -> None:
        if reader.finished.is_set():
            self._finished(reader)
        elif self._live and time.monotonic() - reader.last_sign_s > self._patience_s(reader):
            self._fault(f"Camera {self.settings.name} delivered no frame for {self._patience_s(reader):g} s.")

    def _finished(self, reader: Reader) -> None:
        if self._live and not self._stopped.is_set():
            self._fault(reader.fault or f"Camera {self.settings.name} ended its stream.")
            return
        self.state = ENDED
        if reader.fault and not self._stopped.is_set():
            self.error = reader.fault

    def _patience_s(self, reader: Reader) -> float:
        return self.settings.stall_s if reader.seen else max(OPENING_S, self.settings.stall_s)

    def _fault(self, reason: str) -> None:
        if self._stopped.is_set():
            return
        if reason != self.error:
            logger.warning("%s It is reopened until it works.", reason)
        self.error, self.state = reason, REOPENING
        self._close()
        pause_s = min(self.settings.reopen_max_s, FIRST_PAUSE_S * 2 ** min(self._tries, 16))
        self._retry_at_s = time.monotonic() + pause_s * random.uniform(0.5, 1.0)  # noqa: S311 - jitter
        self._tries += 1

    def _close(self) -> None:
        if self._reader:
            self._reader.stop()
            self._skipped_before += self._reader.frames.skipped
        self._reader = None

    def _reopen(self, timeout_s: float) -> None:
        wait_s = self._retry_at_s - time.monotonic()
        self._stopped.wait(max(0.0, min(wait_s, timeout_s)))
        if wait_s > timeout_s or self._stopped.is_set():
            return
        try:
            reader = Reader(self._source(), self.settings.name, self.settings.width_px)
        except CameraError as error:
            self._fault(str(error))
            return
        self._reader = reader
        reader.start()
