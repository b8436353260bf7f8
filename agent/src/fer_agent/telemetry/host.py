"""Any Linux machine and the agent's own process on it, through psutil."""

from pathlib import Path
from typing import Optional

import psutil

from fer_agent.telemetry.collector import Measured

MB = 1024 * 1024
CPU_SENSORS = ("coretemp", "k10temp", "cpu_thermal", "cpu-thermal", "soc_thermal", "acpitz")


class HostCollector:
    """CPU, memory, disk and process; percentages cover the time since the last call."""

    name = "host"

    def __init__(self, state_dir: Path) -> None:
        self._state_dir = state_dir
        self._process = psutil.Process()
        self._process.cpu_percent()
        psutil.cpu_percent()

    def gather(self) -> Measured:
        """Measure what psutil can."""
        memory, swap = psutil.virtual_memory(), psutil.swap_memory()
        return {
            "cpu_percent": psutil.cpu_percent(),
            "cpu_temperature_c": _cpu_temperature_c(),
            "memory_used_mb": round((memory.total - memory.available) / MB, 1),
            "memory_total_mb": round(memory.total / MB, 1),
            "swap_used_mb": round(swap.used / MB, 1),
            "disk_free_mb": self._disk_free_mb(),
            "agent_cpu_percent": self._process.cpu_percent(),
            "agent_memory_mb": round(self._process.memory_info().rss / MB, 1),
        }

    def close(self) -> None:
        """There is nothing to release."""

    def _disk_free_mb(self) -> Optional[float]:
        try:
            return round(psutil.disk_usage(str(self._state_dir)).free / MB, 1)
        except OSError:
            return None


def _cpu_temperature_c() -> Optional[float]:
    sensors = psutil.sensors_temperatures() if hasattr(psutil, "sensors_temperatures") else {}
    for name in CPU_SENSORS:
        if sensors.get(name):
            return float(sensors[name][0].current)
    return None
