"""Frames on their way from the thread that reads a camera to the thread that processes them."""

import threading
from collections import deque
from typing import Deque, Optional

from fer_agent.cameras.camera import Frame


class Handoff:
    """Holds a few frames. When it is full, the newest replaces the oldest (live), or put() waits (nothing skipped)."""

    def __init__(self, *, size: int, newest_only: bool) -> None:
        self.skipped = 0
        self._size = size
        self._newest_only = newest_only
        self._frames: Deque[Frame] = deque()
        self._changed = threading.Condition()
        self._closed = False

    def put(self, frame: Frame) -> None:
        """Hand over a frame; after close() it is dropped."""
        with self._changed:
            if self._newest_only and len(self._frames) >= self._size:
                self._frames.popleft()
                self.skipped += 1
            self._changed.wait_for(lambda: self._closed or len(self._frames) < self._size)
            if not self._closed:
                self._frames.append(frame)
            self._changed.notify_all()

    def take(self, timeout_s: float) -> Optional[Frame]:
        """The next frame; None if none came in time, or if the handoff is closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or bool(self._frames), timeout_s)
            frame = self._frames.popleft() if self._frames else None
            self._changed.notify_all()
            return frame

    def close(self) -> None:
        """No more frames will come; those inside can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
