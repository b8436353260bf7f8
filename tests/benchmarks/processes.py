"""What processes use: processor time and memory."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import psutil

KIBIBYTE, MB = 1024, 1_000_000


def processes(pid: int) -> list[tuple[str, int]]:
    """The controller, and its child that serves models."""
    return [("serve", pid), *(("http", child.pid) for child in psutil.Process(pid).children())]


def used_s(known: Iterable[tuple[str, int]]) -> dict[str, float]:
    """Processor time of each process until now."""
    times = {name: psutil.Process(pid).cpu_times() for name, pid in known}
    return {name: used.user + used.system for name, used in times.items()}


def more(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """What was used between two looks."""
    return {name: round(used - before[name], 1) for name, used in after.items()}


def peak_mb(pid: int) -> float:
    """The most memory that a process has had resident."""
    status = Path(f"/proc/{pid}/status").read_text()
    kibibytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return round(int(kibibytes) * KIBIBYTE / MB, 1)
