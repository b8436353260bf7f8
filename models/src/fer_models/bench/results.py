"""The figures of each row, over its processes, and how the light model compares with the full one."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from fer_models.bench.job import Measurement
from fer_models.bench.meters import Reading
from fer_models.bench.rows import FULL_KERAS, LIGHT, ORT, BenchRow

SPEED_TARGET = 15.0
MEMORY_TARGET = 1 / 8
DECIMALS = 3


@dataclass(frozen=True)
class BenchFigures:
    """Medians over the row's processes; p50_min_ms to p50_max_ms is their spread, memory is the highest of them.

    MB are 10⁶ bytes; cpu_ms: processor time of one classification; cpu_percent: of one core; difference: the
    largest from the probabilities of ONNX Runtime on the CPU.
    """

    fps: float
    p50_ms: float
    p50_min_ms: float
    p50_max_ms: float
    p95_ms: float
    cpu_ms: float
    cpu_percent: float
    memory_loaded_mb: float
    memory_peak_mb: float
    gpu_memory_mb: float | None
    power_w: float | None
    device: str
    provider: str
    difference: float | None
    processes: int


@dataclass(frozen=True)
class RowResult:
    """One row: figures, or the reason why there are none."""

    row: BenchRow
    figures: BenchFigures | None = None
    reason: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The row for JSON: every key, null where nothing was measured."""
        figures = asdict(self.figures) if self.figures else dict.fromkeys(BenchFigures.__dataclass_fields__)
        return {"name": self.row.name, **asdict(self.row), "reason": self.reason, **figures}


@dataclass(frozen=True)
class Ratio:
    """The light model in ONNX Runtime against the full Xception in Keras: times as fast, share of its memory."""

    light: str
    full: str
    speed: float
    memory: float
    speed_target: float = SPEED_TARGET
    memory_target: float = MEMORY_TARGET

    @property
    def is_met(self) -> bool:
        """Whether both targets are met."""
        return self.speed >= self.speed_target and self.memory <= self.memory_target


def summarise(measured: Sequence[tuple[Measurement, Reading]]) -> BenchFigures:
    """One row's processes as one; at least one is needed."""
    runs = [run for run, _ in measured]
    p50_ms = [run.p50_ms for run in runs]
    return BenchFigures(
        fps=round(statistics.median(run.fps for run in runs), 2),
        p50_ms=round(statistics.median(p50_ms), DECIMALS),
        p50_min_ms=min(p50_ms),
        p50_max_ms=max(p50_ms),
        p95_ms=round(statistics.median(run.p95_ms for run in runs), DECIMALS),
        cpu_ms=round(statistics.median(run.cpu_ms for run in runs), DECIMALS),
        cpu_percent=round(statistics.median(run.cpu_percent for run in runs), 1),
        memory_loaded_mb=max(run.memory_loaded_mb for run in runs),
        memory_peak_mb=max(run.memory_peak_mb for run in runs),
        gpu_memory_mb=_median([reading.gpu_memory_mb for _, reading in measured]),
        power_w=_median([reading.power_w for _, reading in measured]),
        device=runs[0].device,
        provider=runs[0].provider,
        difference=runs[0].difference,
        processes=len(runs),
    )


def ratio(results: Sequence[RowResult]) -> Ratio | None:
    """The light model in ONNX Runtime, at its fastest, on the kind of device where Keras ran the full one."""
    full = next((each.figures for each in results if each.row == FULL_KERAS), None)
    if full is None:
        return None
    rivals = [
        (each.row, each.figures)
        for each in results
        if each.figures and each.row.model == LIGHT and each.row.runtime in ORT and each.figures.device == full.device
    ]
    if not rivals:
        return None
    row, light = min(rivals, key=lambda pair: pair[1].p50_ms)
    return Ratio(
        light=row.name,
        full=FULL_KERAS.name,
        speed=round(full.p50_ms / light.p50_ms, 2),
        memory=round(light.memory_peak_mb / full.memory_peak_mb, 4),
    )


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(statistics.median(known), 2) if known else None
