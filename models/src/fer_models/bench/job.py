"""What a row's process is given and what it answers, both as JSON. Imports nothing heavy: see row_process.py."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Predict = Callable[[], Array]
"""Answers the one picture of the job: float32, the outputs one after the other; of a classifier 1×7."""

CPU, GPU = "cpu", "gpu"
FACE_SEED = 1
LEVELS = 256


@dataclass(frozen=True)
class Job:
    """One row, once.

    expected: the probabilities that it must reproduce; empty where there are none. session_entry: a key and value for
    the configuration of ONNX Runtime's session on a CPU; empty where none is needed.
    """

    model: str
    runtime: str
    precision: str
    file: str
    face_shape: tuple[int, ...]
    threads: int
    runs: int
    warm_up: int
    expected: tuple[float, ...] = ()
    tolerance: float = 0.0
    engines: str = ""
    session_entry: tuple[str, ...] = ()

    def as_json(self) -> str:
        """The job as one argument of a command."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Job:
        """The job of that argument."""
        fields = json.loads(text)
        tuples = {name: tuple(fields[name]) for name in ("face_shape", "expected", "session_entry")}
        return cls(**{**fields, **tuples})

    def face(self) -> Array:
        """The face of every row of this shape: float32 1×C×H×W, whole numbers 0–255."""
        drawn = np.random.default_rng(FACE_SEED).integers(0, LEVELS, (1, *self.face_shape))
        return drawn.astype(np.float32)


@dataclass(frozen=True)
class LoadedModel:
    """A model that is ready to classify; provider: what really runs it; versions: those of its libraries."""

    predict: Predict
    versions: dict[str, str]
    device: str = CPU
    provider: str = ""


@dataclass(frozen=True)
class Measurement:
    """One process's figures; memory in MB (10⁶ bytes), processor time per run, percent of one core.

    difference: from the expected output; from_s and to_s bound the timed runs on the monotonic clock.
    """

    fps: float
    p50_ms: float
    p95_ms: float
    cpu_ms: float
    cpu_percent: float
    memory_loaded_mb: float
    memory_peak_mb: float
    device: str
    provider: str
    difference: float | None
    from_s: float
    to_s: float
    versions: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The figures for JSON."""
        return asdict(self)
