"""How fast a camera's frames become events."""

import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Deque, Optional, Tuple

import numpy as np

RECENT_FRAMES = 1024
RECENT_S = 10.0


@dataclass(frozen=True)
class Statistics:
    """What one camera's pipeline has done since the run began."""

    frames: int
    faces: int
    tracks: int
    failures: int
    """Frames that could not be processed, and attempts to store events that failed."""


@dataclass(frozen=True)
class Pace:
    """What one camera's pipeline has done, so that two moments can be compared."""

    camera: str
    running: bool
    """Whether the camera delivers frames."""
    frames: int
    """Processed since the run began."""
    offered: int
    """Processed or skipped."""
    p95_ms: Optional[float]
    """From capture to done, for the frames captured since the given moment."""
    timed: int
    """How many frames that is."""


class Throughput:
    """Latencies and rate of the last frames, in bounded memory; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._recent: Deque[Tuple[int, int]] = deque(maxlen=RECENT_FRAMES)

    def add(self, captured_ns: int, done_ns: int) -> None:
        """One frame is done; both times are of the monotonic clock."""
        with self._lock:
            self._recent.append((captured_ns, done_ns))

    def fps(self, now_ns: Optional[int] = None) -> Optional[float]:
        """Frames per second over the last ten seconds; None before the second frame, 0 if none came in that time."""
        now_ns = time.monotonic_ns() if now_ns is None else now_ns
        with self._lock:
            done = [done_ns for _, done_ns in self._recent]
        if len(done) < 2:
            return None
        lately = [done_ns for done_ns in done if now_ns - done_ns <= RECENT_S * 1e9]
        if len(lately) < 2:
            return 0.0
        return (len(lately) - 1) * 1e9 / max(1, lately[-1] - lately[0])

    def latencies_ms(self) -> Tuple[Optional[float], Optional[float]]:
        """Median and 95th percentile; None before the first frame."""
        with self._lock:
            spans = [done_ns - captured_ns for captured_ns, done_ns in self._recent]
        if not spans:
            return None, None
        p50, p95 = np.percentile(spans, [50, 95]) / 1e6
        return round(float(p50), 3), round(float(p95), 3)

    def p95_since(self, since_ns: int) -> Tuple[Optional[float], int]:
        """95th percentile in ms of the frames captured since then, and how many they are (at most RECENT_FRAMES)."""
        with self._lock:
            spans = [done_ns - captured_ns for captured_ns, done_ns in self._recent if captured_ns >= since_ns]
        return (round(float(np.percentile(spans, 95)) / 1e6, 3) if spans else None), len(spans)
