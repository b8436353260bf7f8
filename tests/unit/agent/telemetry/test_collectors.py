from pathlib import Path
from types import SimpleNamespace
from typing import Any, Dict

import pytest
from fer_agent.telemetry import measure
from fer_agent.telemetry.collector import Measured
from fer_agent.telemetry.host import HostCollector
from fer_agent.telemetry.jetson import read_jtop
from fer_agent.telemetry.sysfs import SysfsCollector

NANO: Dict[str, str] = {
    "sys/devices/gpu.0/load": "437\n",
    "sys/devices/pwm-fan/target_pwm": "128\n",
    "sys/bus/i2c/drivers/ina3221x/6-0040/iio:device0/in_power0_input": "3142\n",
    "sys/class/thermal/thermal_zone0/type": "AO-therm\n",
    "sys/class/thermal/thermal_zone0/temp": "41000\n",
    "sys/class/thermal/thermal_zone1/type": "CPU-therm\n",
    "sys/class/thermal/thermal_zone1/temp": "33500\n",
    "sys/class/thermal/thermal_zone2/type": "GPU-therm\n",
    "sys/class/thermal/thermal_zone2/temp": "31000\n",
}
ORIN: Dict[str, str] = {
    "sys/devices/platform/17000000.ga10b/load": "1000\n",
    "sys/bus/i2c/drivers/ina3221/1-0040/hwmon/hwmon3/in1_input": "5000\n",
    "sys/bus/i2c/drivers/ina3221/1-0040/hwmon/hwmon3/curr1_input": "1200\n",
    "sys/class/thermal/thermal_zone0/type": "cpu-thermal\n",
    "sys/class/thermal/thermal_zone0/temp": "-256000\n",
}


def tree(root: Path, files: Dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def test_a_nano_without_jtop_shows_load_power_fan_and_temperatures(tmp_path: Path) -> None:
    assert SysfsCollector(tree(tmp_path, NANO)).gather() == {
        "gpu_percent": 43.7,
        "fan_percent": 50.2,
        "power_mw": 3142.0,
        "cpu_temperature_c": 33.5,
        "gpu_temperature_c": 31.0,
    }


def test_an_orin_shows_power_from_volts_and_amperes_and_no_temperature_of_a_sleeping_sensor(tmp_path: Path) -> None:
    assert SysfsCollector(tree(tmp_path, ORIN)).gather() == {"gpu_percent": 100.0, "power_mw": 6000.0}


def test_a_machine_that_is_no_jetson_shows_nothing_there(tmp_path: Path) -> None:
    assert SysfsCollector(tmp_path).gather() == {}


def test_the_host_measures_itself_and_the_agent(tmp_path: Path) -> None:
    measured = HostCollector(tmp_path).gather()
    assert isinstance(measured["agent_memory_mb"], float)
    assert 1 < measured["agent_memory_mb"] < float(measured["memory_total_mb"] or 0)
    assert float(measured["disk_free_mb"] or 0) > 0


def test_a_disk_that_went_away_is_null(tmp_path: Path) -> None:
    assert HostCollector(tmp_path / "gone").gather()["disk_free_mb"] is None


def jtop_of_a_nano() -> SimpleNamespace:
    """The fields and units of jetson-stats 4.2's API reference."""
    return SimpleNamespace(
        memory={"RAM": {"used": 2048000, "tot": 4051048}, "SWAP": {"used": 1024}},
        power={"tot": {"power": 2400, "avg": 2300}, "rail": {}},
        fan={"pwmfan": {"speed": [35.0]}},
        gpu={"gm20b": {"status": {"load": 62.5}}},
        temperature={"CPU": {"temp": 40.5, "online": True}, "GPU": {"temp": -256, "online": False}},
        nvpmodel="MAXN",
    )


def test_jtop_is_read_in_our_units() -> None:
    assert read_jtop(jtop_of_a_nano()) == {
        "gpu_percent": 62.5,
        "gpu_temperature_c": None,
        "cpu_temperature_c": 40.5,
        "memory_used_mb": 2000.0,
        "memory_total_mb": 3956.1,
        "swap_used_mb": 1.0,
        "power_mw": 2400,
        "power_mode": "MAXN",
        "fan_percent": 35.0,
    }


def test_a_jtop_without_any_sensor_is_all_null() -> None:
    empty = SimpleNamespace(memory=None, power={}, fan=None, gpu={}, temperature={}, nvpmodel=None)
    assert set(read_jtop(empty).values()) == {None}


class Fixed:
    """A collector that always measures the same."""

    def __init__(self, name: str, values: Measured) -> None:
        self.name, self._values = name, values

    def gather(self) -> Measured:
        return self._values

    def close(self) -> None:
        pass


def test_later_collectors_override_earlier_ones_but_not_with_nothing() -> None:
    host = Fixed("host", {"cpu_percent": 10.0, "power_mw": 1.0})
    jtop = Fixed("jtop", {"power_mw": 2400.0, "cpu_percent": None})
    silent = Fixed("sysfs", {"fan_percent": None})
    measured = measure([host, silent, jtop])
    assert (measured.cpu_percent, measured.power_mw, measured.fan_percent) == (10.0, 2400.0, None)
    assert measured.source == "host+jtop"


class Reading:
    """A collector that always reads the same."""

    def __init__(self, name: str, **measured: Any) -> None:
        self.name, self._measured = name, measured

    def gather(self) -> Measured:
        return dict(self._measured)

    def close(self) -> None:
        """Nothing to release."""


@pytest.mark.parametrize(
    "impossible",
    [
        {"power_mw": -100}, {"gpu_percent": 1000}, {"cpu_temperature_c": 1e9}, {"gpu_temperature_c": -256.0},
        {"power_mode": "x" * 5000}, {"memory_used_mb": float("nan")}, {"fan_percent": "?"}, {"cpu_percent": [1]},
    ],
)  # fmt: skip
def test_a_reading_that_cannot_be_true_is_left_out_and_told_once(
    impossible: Dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    (field,) = impossible
    usual: Dict[str, Any] = {field: "MAXN" if field == "power_mode" else 7.0}
    sources = [Reading("host", swap_used_mb=1.0, **usual), Reading(f"jtop of {field}", disk_free_mb=2.0, **impossible)]
    for _ in range(2):
        host = measure(sources)
    assert (getattr(host, field), host.swap_used_mb, host.disk_free_mb) == (usual[field], 1.0, 2.0)
    assert caplog.text.count("cannot be true") == 1
