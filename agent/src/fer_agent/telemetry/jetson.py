"""A Jetson with the jtop service (jetson-stats, AGPL-3.0, optional); the only file that imports it."""

import logging
import threading
from typing import Any, Optional

from fer_agent.telemetry.collector import Measured

log = logging.getLogger(__name__)

INTERVAL_S = 1.0
RETRY_S = 60.0
OFFLINE_C = -256.0
KB_PER_MB = 1024


class JtopCollector:
    """Follows jtop in a thread of its own, because jtop may block for three intervals, and may stop at any time."""

    name = "jtop"

    def __init__(self) -> None:
        self._latest: Measured = {}
        self._stopping = threading.Event()
        self.problem = ""
        self._thread = threading.Thread(target=self._follow, name="jtop", daemon=True)
        self._thread.start()

    def gather(self) -> Measured:
        """What jtop reported last; empty while it does not answer."""
        return dict(self._latest)

    def close(self) -> None:
        """Ask the thread to end; jtop may block it for a while."""
        self._stopping.set()

    def _follow(self) -> None:
        while not self._stopping.is_set():
            self.problem = self._session()
            self._latest = {}
            if self._stopping.wait(RETRY_S):
                return

    def _session(self) -> str:
        try:
            from jtop import jtop

            with jtop(interval=INTERVAL_S) as device:
                while not self._stopping.is_set() and device.ok():
                    self._latest = read_jtop(device)
        except ImportError:
            return "jetson-stats is not installed"
        except Exception as error:  # noqa: BLE001  # JtopException and whatever a mismatched service raises
            log.info("jtop does not answer (%s); retrying in %.0f s.", error, RETRY_S)
            return str(error)
        return "the jtop service ended"


def read_jtop(device: Any) -> Measured:
    """One reading of a jtop object (jetson-stats 4.2 to 7.x), in our units."""
    memory, power, fans = device.memory or {}, device.power or {}, device.fan or {}
    gpus = list((device.gpu or {}).values())
    speeds = [speed for fan in fans.values() for speed in fan.get("speed", [])]
    return {
        "gpu_percent": gpus[0].get("status", {}).get("load") if gpus else None,
        "gpu_temperature_c": _temperature_c(device, "gpu"),
        "cpu_temperature_c": _temperature_c(device, "cpu"),
        "memory_used_mb": _mb(memory.get("RAM", {}).get("used")),
        "memory_total_mb": _mb(memory.get("RAM", {}).get("tot")),
        "swap_used_mb": _mb(memory.get("SWAP", {}).get("used")),
        "power_mw": power.get("tot", {}).get("power"),
        "power_mode": str(device.nvpmodel) if device.nvpmodel else None,
        "fan_percent": speeds[0] if speeds else None,
    }


def _temperature_c(device: Any, part: str) -> Optional[float]:
    for name, sensor in (device.temperature or {}).items():
        if name.lower().startswith(part) and sensor.get("online", True) and sensor["temp"] > OFFLINE_C:
            return float(sensor["temp"])
    return None


def _mb(kilobytes: Optional[float]) -> Optional[float]:
    return None if kilobytes is None else round(kilobytes / KB_PER_MB, 1)
