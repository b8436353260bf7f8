"""A Jetson without jtop: temperatures, GPU load, power and fan from /sys, as NVIDIA's L4T lays them out."""

from pathlib import Path
from typing import Iterable, List, Optional

from fer_agent.telemetry.collector import Measured

GPU_LOAD_FILES = (
    "sys/devices/gpu.0/load",
    "sys/devices/platform/gpu.0/load",
    "sys/devices/platform/bus@0/17000000.gpu/load",
    "sys/devices/platform/17000000.ga10b/load",
    "sys/devices/platform/17000000.gv11b/load",
)
FAN_FILES = ("sys/devices/pwm-fan/target_pwm", "sys/class/hwmon/hwmon*/pwm1")
POWER_MW_FILES = ("sys/bus/i2c/drivers/ina3221x/*/iio:device*/in_power0_input",)
INA3221_FOLDERS = "sys/bus/i2c/drivers/ina3221/*/hwmon/hwmon*"
LOAD_PER_PERCENT = 10.0
PWM_MAX = 255.0
OFFLINE_C = -256.0


class SysfsCollector:
    """Reads whatever is there, which is nothing on a machine that is not a Jetson."""

    name = "sysfs"

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root

    def gather(self) -> Measured:
        """Measure what /sys offers; empty on a machine that offers none of it."""
        load, pwm = self._first(GPU_LOAD_FILES), self._first(FAN_FILES)
        measured: Measured = {
            "gpu_percent": None if load is None else load / LOAD_PER_PERCENT,
            "fan_percent": None if pwm is None else round(100 * pwm / PWM_MAX, 1),
            "power_mw": self._power_mw(),
            "cpu_temperature_c": self._temperature_c("cpu"),
            "gpu_temperature_c": self._temperature_c("gpu"),
        }
        return {field: value for field, value in measured.items() if value is not None}

    def close(self) -> None:
        """There is nothing to release."""

    def _temperature_c(self, part: str) -> Optional[float]:
        for zone in sorted(self._root.glob("sys/class/thermal/thermal_zone*")):
            if _text(zone / "type").lower().startswith(part):
                value = _number(zone / "temp")
                return None if value is None or value / 1000 <= OFFLINE_C else value / 1000
        return None

    def _power_mw(self) -> Optional[float]:
        direct = self._first(POWER_MW_FILES)
        if direct is not None:
            return direct
        for folder in sorted(self._root.glob(INA3221_FOLDERS)):
            volt_mv, curr_ma = _number(folder / "in1_input"), _number(folder / "curr1_input")
            if volt_mv is not None and curr_ma is not None:
                return round(volt_mv * curr_ma / 1000, 1)
        return None

    def _first(self, patterns: Iterable[str]) -> Optional[float]:
        paths: List[Path] = [path for pattern in patterns for path in sorted(self._root.glob(pattern))]
        return next((value for value in map(_number, paths) if value is not None), None)


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""


def _number(path: Path) -> Optional[float]:
    try:
        return float(_text(path))
    except ValueError:
        return None
