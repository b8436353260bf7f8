"""Power and GPU memory, where a machine tells them; null where it does not."""

import itertools
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from fer_models.bench.jetson import read_jtop
from fer_models.bench.meters import MeterSampler, NvidiaSmi, Rapl, Reading


def counter(root: Path, package: int, energy_uj: int) -> None:
    folder = root / f"intel-rapl:{package}"
    folder.mkdir(exist_ok=True)
    (folder / "energy_uj").write_text(f"{energy_uj}\n")


def rapl(root: Path) -> Rapl:
    return Rapl(root, clock=itertools.count(step=2).__next__)


def test_power_is_energy_by_time_over_all_packages(tmp_path: Path) -> None:
    counter(tmp_path, 0, 1_000_000)
    counter(tmp_path, 1, 5_000_000)
    meter = rapl(tmp_path)
    counter(tmp_path, 0, 31_000_000)
    counter(tmp_path, 1, 15_000_000)
    assert meter.is_readable
    assert meter.read() == Reading(power_w=20.0)


def test_a_counter_that_began_again_gives_no_power(tmp_path: Path) -> None:
    counter(tmp_path, 0, 9_000_000)
    meter = rapl(tmp_path)
    counter(tmp_path, 0, 1_000_000)
    assert meter.read() == Reading()


def test_a_machine_without_counters_is_not_read(tmp_path: Path) -> None:
    meter = rapl(tmp_path)
    assert not meter.is_readable
    assert meter.read() == Reading()


@pytest.mark.parametrize(
    ("script", "reading"),
    [
        ("echo '2048, 55.5'", Reading(power_w=55.5, gpu_memory_mb=2147.483648)),
        ("echo '[N/A], [N/A]'", Reading()),
        ("exit 9", Reading()),
    ],
)
def test_nvidia_smi_is_read_in_our_units(
    script: str, reading: Reading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert NvidiaSmi().read() == reading


def test_jtop_is_read_in_our_units() -> None:
    device = SimpleNamespace(power={"tot": {"power": 4250}}, memory={"RAM": {"shared": 500_000}})
    assert read_jtop(device) == Reading(power_w=4.25, gpu_memory_mb=512.0)


def test_a_jetson_without_sensors_gives_nothing() -> None:
    assert read_jtop(SimpleNamespace(power={}, memory={})) == Reading()


class Rising:
    """A GPU whose memory in use grows with every reading."""

    name = "made up"

    def __init__(self) -> None:
        self.readings = 0

    def read(self) -> Reading:
        self.readings += 1
        return Reading(power_w=5.0, gpu_memory_mb=100.0 * self.readings)


def test_a_watch_gives_power_within_the_run_and_memory_beyond_what_was_in_use() -> None:
    meter = Rising()
    from_s = time.monotonic()
    with MeterSampler([meter], interval_s=0.001) as watch:
        while meter.readings < 4:
            time.sleep(0.001)
    found = watch.during(from_s, time.monotonic())
    assert found.power_w == 5.0
    assert found.gpu_memory_mb == 100.0 * (meter.readings - 1)


def test_without_meters_there_is_nothing_to_watch() -> None:
    with MeterSampler([]) as watch:
        pass
    assert watch.during(0, time.monotonic()) == Reading()
