"""Power and GPU memory, read while a row runs, on machines that report them."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

RAPL = Path("/sys/class/powercap")
RAPL_PACKAGES = "intel-rapl:[0-9]"
MIB_PER_MB = 1e6 / 2**20
INTERVAL_S = 0.2


@dataclass(frozen=True)
class Reading:
    """The whole machine at one moment; None for what could not be read."""

    power_w: float | None = None
    gpu_memory_mb: float | None = None


class Meter(Protocol):
    """One source of readings."""

    name: str

    def read(self) -> Reading: ...


class Rapl:
    """Power of the processor packages since the last reading, from their energy counters."""

    name = "RAPL, processor packages"

    def __init__(self, root: Path = RAPL, clock: Callable[[], float] = time.monotonic) -> None:
        self._counters = sorted(root.glob(f"{RAPL_PACKAGES}/energy_uj"))
        self._clock = clock
        self._last = (clock(), self._energies_uj())

    @property
    def is_readable(self) -> bool:
        """Whether there is a counter that can be read."""
        return bool(self._last[1])

    def read(self) -> Reading:
        """Mean power since the last reading, in watts."""
        before_s, before_uj = self._last
        now_s, now_uj = self._last = (self._clock(), self._energies_uj())
        used_uj = [now - before for before, now in zip(before_uj, now_uj, strict=False)]
        if not used_uj or min(used_uj) < 0 or now_s <= before_s:  # a counter restarted at 0
            return Reading()
        return Reading(power_w=sum(used_uj) / 1e6 / (now_s - before_s))

    def _energies_uj(self) -> list[int]:
        try:
            return [int(counter.read_text()) for counter in self._counters]
        except OSError:
            return []


class NvidiaSmi:
    """Memory in use and power of the first NVIDIA GPU."""

    name = "nvidia-smi"
    command = ("nvidia-smi", "-i", "0", "--query-gpu=memory.used,power.draw", "--format=csv,noheader,nounits")

    @property
    def is_readable(self) -> bool:
        """Whether nvidia-smi is installed and answers."""
        return shutil.which(self.command[0]) is not None and self.read().gpu_memory_mb is not None

    def read(self) -> Reading:
        """One reading; power is that of the card alone."""
        try:
            told = subprocess.run(self.command, capture_output=True, errors="replace", timeout=5, check=True).stdout
            used_mib, power_w = told.split(",")
            return Reading(float(power_w), float(used_mib) / MIB_PER_MB)
        except (OSError, subprocess.SubprocessError, ValueError):
            return Reading()


class MeterSampler:
    """Reads the meters repeatedly in a thread, while a row runs."""

    def __init__(self, meters: Sequence[Meter], interval_s: float = INTERVAL_S) -> None:
        self._meters, self._interval_s = meters, interval_s
        self._readings: list[tuple[float, Reading]] = []
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="meters", daemon=True)

    def __enter__(self) -> MeterSampler:
        if self._meters:
            self._readings = [(time.monotonic(), each.read()) for each in self._meters]
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        if self._meters:
            self._thread.join()

    def during(self, from_s: float, to_s: float) -> Reading:
        """Mean power between two moments of the monotonic clock; GPU memory above what was in use before."""
        power = [r.power_w for at, r in self._readings if from_s <= at <= to_s and r.power_w is not None]
        memory = [r.gpu_memory_mb for at, r in self._readings if at <= to_s and r.gpu_memory_mb is not None]
        return Reading(
            power_w=round(statistics.fmean(power), 2) if power else None,
            gpu_memory_mb=round(max(memory) - memory[0], 1) if memory else None,
        )

    def _follow(self) -> None:
        while not self._ending.wait(self._interval_s):
            self._readings += [(time.monotonic(), each.read()) for each in self._meters]
