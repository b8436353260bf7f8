"""Keeping time: frames that are played instead of captured come when they are due."""

import threading
import time


class FrameTimer:
    """Lets one frame pass each 1/fps seconds; release() ends the waiting, also from another thread."""

    def __init__(self, fps: float) -> None:
        self._interval_s = 1 / fps
        self._due_s = time.monotonic()
        self._released = threading.Event()

    def wait(self) -> None:
        """Until the next frame is due; a reader that fell behind by a second starts counting anew."""
        now_s = time.monotonic()
        if now_s - self._due_s > 1:
            self._due_s = now_s
        self._released.wait(max(0.0, self._due_s - now_s))
        self._due_s += self._interval_s

    def release(self) -> None:
        """Let everything pass from now on."""
        self._released.set()
