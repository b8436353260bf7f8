"""The device's hardware and system, as /proc, /sys and the device tree describe them."""

import os
import platform
import re
from pathlib import Path
from typing import Optional, Sequence

from fer_wire.contracts import CLASSIFIER
from fer_wire.device.precisions import ARM, JETSON, NANO, ORIN, OTHER, THOR, TX2, X86, XAVIER
from fer_wire.reported import Capabilities

CLASS_BY_CHIP = (
    ("tegra210", NANO),
    ("tegra186", TX2),
    ("tegra194", XAVIER),
    ("tegra234", ORIN),
    ("tegra264", THOR),
    ("tegra", JETSON),
)
"""The name of the system-on-chip in the device tree's `compatible` (NVIDIA L4T); the first match counts."""

CLASS_BY_ARCHITECTURE = {"x86_64": X86, "AMD64": X86, "aarch64": ARM, "armv7l": ARM, "arm64": ARM}
JETPACK_BY_L4T = {"32": "4", "34": "5", "35": "5", "36": "6", "38": "7", "39": "7"}
"""Major versions: L4T 32 is JetPack 4, and so on (NVIDIA's JetPack archive)."""


def device_class(root: Path = Path("/")) -> str:
    """Which of the classes the variants are chosen by: nano, tx2, xavier, orin, thor, jetson, x86, arm or other."""
    compatible = _read(root / "proc/device-tree/compatible").replace("\0", " ")
    for chip, found in CLASS_BY_CHIP:
        if chip in compatible:
            return found
    return CLASS_BY_ARCHITECTURE.get(platform.machine(), OTHER)


def capabilities(
    runtime: str,
    providers: Sequence[str],
    precisions: Sequence[str] = (),
    root: Path = Path("/"),
    tasks: Sequence[str] = (CLASSIFIER,),
    has_key: Optional[bool] = None,
) -> Capabilities:
    """Everything by which a controller may select devices; what cannot be read stays empty."""
    l4t = l4t_version(root)
    return Capabilities(
        device_class=device_class(root),
        architecture=platform.machine(),
        cpu=_cpu(root),
        cpu_count=os.cpu_count(),
        memory_total_mb=_memory_total_mb(root),
        jetpack=JETPACK_BY_L4T.get(l4t.split(".")[0]) if l4t else None,
        l4t=l4t,
        runtime=runtime,
        providers=tuple(providers),
        precisions=tuple(precisions),
        tasks=tuple(tasks),
        has_key=has_key,
    )


def l4t_version(root: Path = Path("/")) -> Optional[str]:
    """The release of Linux for Tegra, 32.7.4 for example; None elsewhere."""
    match = re.search(r"R(\d+) \(release\), REVISION: ([\d.]+)", _read(root / "etc/nv_tegra_release"))
    return f"{match[1]}.{match[2]}" if match else None


def _cpu(root: Path) -> str:
    model = _read(root / "proc/device-tree/model").strip("\0 \n")
    found = re.search(r"^model name\s*:\s*(.+)$", _read(root / "proc/cpuinfo"), re.MULTILINE)
    return (model or (found[1] if found else platform.processor()))[:200]


def _memory_total_mb(root: Path) -> Optional[float]:
    match = re.search(r"^MemTotal:\s+(\d+) kB", _read(root / "proc/meminfo"), re.MULTILINE)
    return round(int(match[1]) / 1024, 1) if match else None


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
