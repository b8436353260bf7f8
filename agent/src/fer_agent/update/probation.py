"""Whether a model that serves on trial serves as well as the one before: pure functions of what was counted."""

import threading
from collections import deque
from typing import Deque, Dict, List, Mapping, Optional, Sequence, Tuple

import numpy as np
from fer_wire.contracts import CONTRACTS
from fer_wire.device.record import Before

from fer_agent.errors import ModelError
from fer_agent.inference.arrays import Batch
from fer_agent.inference.network import shapes
from fer_agent.pipeline.throughput import Pace
from fer_agent.update.trial import Servant

WINDOW_S = 10.0
"""FPS is counted over this long at most."""
SETTLED_S = 5.0
"""And over this long at least."""
LOWEST_FPS_SHARE = 0.5
HIGHEST_P95_FACTOR = 2.0
P95_MARGIN_MS = 25.0
MIN_TIMED_FRAMES = 50
STRIKES = 3
"""This many bad samples in a row: a single one may be the machine's fault."""

Sample = Tuple[float, Sequence[Pace]]
"""Seconds of the monotonic clock, and every camera's pace."""


def verdict(before: Mapping[str, Before], then: Sample, now: Sample) -> str:
    """What is wrong with the pace between two samples, a sentence; empty when nothing is."""
    elapsed_s = now[0] - then[0]
    earlier = {pace.camera: pace for pace in then[1]}
    for pace in now[1]:
        base, start = before.get(pace.camera), earlier.get(pace.camera)
        if base is None or start is None or not (pace.running and start.running):
            continue
        fault = _slow(base, start, pace, elapsed_s) or _late(base, pace)
        if fault:
            return f"Camera {pace.camera}: {fault}"
    return ""


def _slow(base: Before, start: Pace, now: Pace, elapsed_s: float) -> str:
    if elapsed_s < SETTLED_S:
        return ""
    fps, offered_fps = (now.frames - start.frames) / elapsed_s, (now.offered - start.offered) / elapsed_s
    floor = LOWEST_FPS_SHARE * base.fps
    if fps >= floor or offered_fps < floor:  # a camera that gives less is no fault of the model
        return ""
    return f"{fps:.1f} frames/s with the new model, {base.fps:.1f} before; {LOWEST_FPS_SHARE:g} of that is the least."


def _late(base: Before, now: Pace) -> str:
    limit_ms = HIGHEST_P95_FACTOR * base.p95_ms + P95_MARGIN_MS
    if now.timed < MIN_TIMED_FRAMES or now.p95_ms is None or now.p95_ms <= limit_ms:
        return ""
    return f"p95 latency {now.p95_ms:.1f} ms with the new model, {base.p95_ms:.1f} ms before; at most {limit_ms:.1f}."


class Probation:
    """Remembers the samples of one trial and says when it has failed."""

    def __init__(self, before: Mapping[str, Before]) -> None:
        self._before = before
        self._samples: Deque[Sample] = deque()
        self._strikes: List[str] = []

    def observe(self, at_s: float, paces: Sequence[Pace]) -> str:
        """Take one sample, about every second; returns why the trial has failed, or nothing."""
        now = (at_s, tuple(paces))
        self._samples.append(now)
        while at_s - self._samples[0][0] > WINDOW_S:
            self._samples.popleft()
        fault = verdict(self._before, self._samples[0], now)
        self._strikes = [*self._strikes, fault] if fault else []
        return fault if len(self._strikes) >= STRIKES else ""


class Watched:
    """A model on trial as the pipelines see it: its first fault is remembered."""

    def __init__(self, servant: Servant) -> None:
        self.reference = servant.reference
        self._servant = servant
        self._lock = threading.Lock()
        self.fault: Optional[str] = None

    def run(self, batch: Batch) -> List[Batch]:
        """As the model does; raises what it raises, and ModelError when it answers with nonsense."""
        try:
            found = self._servant.run(batch)
            if [each.shape for each in found] != shapes(CONTRACTS[self._servant.task], batch) or not _finite(found):
                raise ModelError(f"{self.reference} answers with nonsense.")
        except Exception as error:
            with self._lock:
                self.fault = self.fault or f"The new model failed on a frame ({type(error).__name__}: {error})."
            raise
        return found


def _finite(found: Sequence[Batch]) -> bool:
    return all(np.isfinite(each).all() for each in found)


def measured_before(paces: Mapping[str, Tuple[Optional[float], Optional[float]]]) -> Dict[str, Before]:
    """What each camera's (FPS, p95 in ms) were, where both are known."""
    return {
        camera: Before(fps=fps, p95_ms=p95_ms)
        for camera, (fps, p95_ms) in paces.items()
        if fps is not None and p95_ms is not None
    }
