"""Stand-ins for the parts of a benchmark that take long: a process a row, and the networks."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from fer_models.bench.job import Job, Measurement
from fer_models.bench.meters import Reading
from fer_models.bench.results import BenchFigures, RowResult, summarise
from fer_models.bench.rows import BenchRow
from fer_models.errors import BenchError

MEASURED = Measurement(
    fps=100.0,
    p50_ms=10.0,
    p95_ms=12.0,
    cpu_ms=9.5,
    cpu_percent=99.0,
    memory_loaded_mb=80.0,
    memory_peak_mb=90.0,
    device="cpu",
    provider="CPUExecutionProvider",
    difference=0.0,
    from_s=1.0,
    to_s=2.0,
    versions={"onnxruntime": "1.32.0"},
)


class FakeRunner:
    """Answers with figures that were made up, or with reasons; remembers what it was asked."""

    def __init__(
        self, p50_ms: Mapping[str, list[float]] | None = None, reasons: Mapping[str, str] | None = None
    ) -> None:
        self._p50_ms = {name: iter(values) for name, values in (p50_ms or {}).items()}
        self._reasons = reasons or {}
        self.asked: list[str] = []
        self.converted: list[Path] = []

    def run(self, job: Job) -> Measurement:
        name = f"{job.model}/{job.runtime}/{job.precision}"
        self.asked.append(name)
        if name in self._reasons:
            raise BenchError(self._reasons[name])
        return replace(MEASURED, p50_ms=next(self._p50_ms[name])) if name in self._p50_ms else MEASURED

    def convert(self, job: Job, path: Path) -> None:
        self.converted.append(path)
        path.write_text(job.file)


class FakeSource:
    """A network whose .onnx file is given, and has one precision."""

    def __init__(self, onnx: Path, precision: str = "fp32") -> None:
        self.face_shape: tuple[int, ...] = (1, 48, 48)
        self._onnx, self._precision = onnx, precision

    def onnx(self, precision: str) -> Path:
        if precision != self._precision:
            raise BenchError(f"small@1.0.0 has no variant in {precision}")
        return self._onnx

    def weights(self) -> Path:
        return self._onnx.with_suffix(".npz")


def figures(p50_ms: float = 10.0, memory_peak_mb: float = 90.0, device: str = "cpu") -> BenchFigures:
    """Figures of one process."""
    measured = replace(MEASURED, p50_ms=p50_ms, memory_peak_mb=memory_peak_mb, device=device)
    return summarise([(measured, Reading())])


def result(name: str, p50_ms: float = 10.0, memory_peak_mb: float = 90.0, device: str = "cpu") -> RowResult:
    """A measured row."""
    return RowResult(BenchRow(*name.split("/")), figures(p50_ms, memory_peak_mb, device))
