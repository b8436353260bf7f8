from pathlib import Path
from typing import Dict

import pytest
from fer_agent.host.hardware import capabilities, device_class, l4t_version

NANO: Dict[str, str] = {
    "proc/device-tree/compatible": "nvidia,p3450-0000\0nvidia,jetson-nano\0nvidia,tegra210\0",
    "proc/device-tree/model": "NVIDIA Jetson Nano Developer Kit\0",
    "etc/nv_tegra_release": "# R32 (release), REVISION: 7.4, GCID: 33514132, BOARD: t210ref, EABI: aarch64\n",
    "proc/meminfo": "MemTotal:        4059712 kB\nMemFree: 1 kB\n",
}


def tree(root: Path, files: Dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def test_a_nano_is_known_by_its_chip_and_its_jetpack_by_its_l4t(tmp_path: Path) -> None:
    root = tree(tmp_path, NANO)
    known = capabilities("1.11.0", ["CPUExecutionProvider"], ["int8", "fp32"], root)
    assert (known.device_class, known.jetpack, known.l4t) == ("nano", "4", "32.7.4")
    assert known.cpu == "NVIDIA Jetson Nano Developer Kit"
    assert known.memory_total_mb == 3964.6


@pytest.mark.parametrize(
    ("chip", "expected"),
    [("tegra186", "tx2"), ("tegra194", "xavier"), ("tegra234", "orin"), ("tegra999", "jetson")],
)
def test_every_jetson_has_its_class(tmp_path: Path, chip: str, expected: str) -> None:
    root = tree(tmp_path, {"proc/device-tree/compatible": f"nvidia,p0000\0nvidia,{chip}\0"})
    assert device_class(root) == expected


def test_what_is_no_jetson_has_no_l4t(tmp_path: Path) -> None:
    assert l4t_version(tmp_path) is None
    assert capabilities("1.19.2", [], root=tmp_path).jetpack is None
