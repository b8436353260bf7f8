"""Timing one loaded model in this process, and measuring the memory and processor time that it takes."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from fer_models.bench.job import Array, Job, LoadedModel, Measurement
from fer_models.errors import BenchError

STATUS = Path("/proc/self/status")
RESIDENT, PEAK = "VmRSS", "VmHWM"
MS = 1000
KB_PER_MB = 1e6 / 1024


def measure_model(loaded: LoadedModel, job: Job) -> Measurement:
    """Check the first output, warm up, then time every run; raises BenchError when the output is wrong."""
    difference = check(loaded.predict(), job)
    for _ in range(job.warm_up):
        loaded.predict()
    memory_loaded_mb = memory_mb(RESIDENT)
    busy_s, from_s = time.process_time(), time.monotonic()
    times_ms = _times_ms(loaded, job.runs)
    to_s, busy_s = time.monotonic(), time.process_time() - busy_s
    p50_ms, p95_ms = (round(float(np.percentile(times_ms, p)), 3) for p in (50, 95))
    return Measurement(
        fps=round(job.runs * MS / sum(times_ms), 2),
        p50_ms=p50_ms,
        p95_ms=p95_ms,
        cpu_ms=round(busy_s * MS / job.runs, 3),
        cpu_percent=round(100 * busy_s / (to_s - from_s), 1),
        memory_loaded_mb=memory_loaded_mb,
        memory_peak_mb=memory_mb(PEAK),
        device=loaded.device,
        provider=loaded.provider,
        difference=difference,
        from_s=from_s,
        to_s=to_s,
        versions=loaded.versions,
    )


def check(found: Array, job: Job) -> float | None:
    """The largest difference from the expected probabilities, if any; raises BenchError beyond the tolerance."""
    if not job.expected:
        return None
    difference = float(np.abs(np.asarray(found).ravel() - np.array(job.expected, np.float32)).max())
    if not difference <= job.tolerance:
        raise BenchError(
            f"its probabilities differ by {difference:.3g} from ONNX Runtime's in fp32 (at most {job.tolerance:g}), "
            "so it is another computation and was not timed"
        )
    return difference


def memory_mb(kind: str) -> float:
    """Resident memory of this process, now or at its peak, as the kernel counts it for this program alone."""
    for line in STATUS.read_text().splitlines():
        name, _, value = line.partition(":")
        if name == kind:
            return round(int(value.split()[0]) / KB_PER_MB, 1)
    raise BenchError(f"{STATUS} has no {kind}; the memory of a process can only be read on Linux")


def _times_ms(loaded: LoadedModel, runs: int) -> list[float]:
    times_ms = []
    for _ in range(runs):
        started = time.perf_counter()
        loaded.predict()
        times_ms.append((time.perf_counter() - started) * MS)
    return times_ms
