"""A benchmark as one JSON document, and the machine that it ran on."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from fer_models.bench.meters import Meter
from fer_models.bench.results import ratio
from fer_models.bench.run import Outcome
from fer_models.bench.settings import Settings
from fer_models.model_files.runtime import machine

BYTES_PER_GIB = 2**30
BUSY_SHARE = 0.25


def surroundings(meters: Sequence[Meter]) -> dict[str, Any]:
    """What kind of machine this is, its load before the benchmark, and what its power is read from."""
    memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "kind": machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(memory_bytes / BYTES_PER_GIB, 1),
        "load_before": round(os.getloadavg()[0], 2),
        "meters": [meter.name for meter in meters],
    }


def busy(where: dict[str, Any]) -> str:
    """A warning if other work used more than a quarter of the cores before the benchmark, else nothing."""
    load, cores = where["load_before"], where["cores"]
    if load <= BUSY_SHARE * cores:
        return ""
    return f"This machine was busy before (load {load:g} on {cores} cores), so do not rely on these figures."


def bench_document(
    outcome: Outcome, where: dict[str, Any], settings: Settings, model: str, command: str
) -> dict[str, Any]:
    """{machine, versions, threads, runs, …, command, rows, ratio}; ratio is null where one of its rows is missing."""
    found = ratio(outcome.results)
    return {
        "machine": where,
        "versions": {"python": platform.python_version(), **outcome.versions},
        "model": model,
        **asdict(settings),
        "command": command,
        "rows": [each.as_dict() for each in outcome.results],
        "ratio": asdict(found) if found else None,
    }
