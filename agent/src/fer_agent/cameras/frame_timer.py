"""Keeps time, so that frames which are played rather than captured come when they are due."""

import threading
import time


class FrameTimer:
    """Lets one frame pass every 1/fps seconds; release() ends the waiting, even from another thread."""

    def __init__(self, fps: float) -> None:
        self._interval_s = 1 / fps
        self._due_s = time.monotonic()
        self._released = threading.Event()

    def wait(self) -> None:
        """Wait until the next frame is due; a reader that is a second late starts counting afresh."""
        now_s = time.monotonic()
        if now_s - self._due_s > 1:
            self._due_s = now_s
        self._released.wait(max(0.0, self._due_s - now_s))
        self._due_s += self._interval_s

    def release(self) -> None:
        """Let every frame pass from now on."""
        self._released.set()
