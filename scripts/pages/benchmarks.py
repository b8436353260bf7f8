"""docs/benchmarks.md: what `make bench` measured, beside what was asked for."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from pages import fleet_benchmarks, ingest_benchmarks, pipeline_benchmarks

INTRODUCTION = """\
# Benchmarks

Made from `docs/benchmarks.json`, which `make bench` writes. Nothing here is a test: figures depend on the machine, and
each section names the one it was measured on.
"""


def page(root: Path) -> str:
    """The whole page; only its introduction while nothing was measured."""
    file = root / "docs" / "benchmarks.json"
    results = json.loads(file.read_text()) if file.exists() else {}
    rollouts = {name: partial(fleet_benchmarks.rollout, name=name) for name in fleet_benchmarks.ROLLOUTS}
    makers: dict[str, Callable[[dict[str, Any]], str]] = {
        "pipeline": pipeline_benchmarks.pipeline,
        "peer": pipeline_benchmarks.peer,
        "ingest": ingest_benchmarks.ingest,
        "ingests": ingest_benchmarks.ingests,
        **rollouts,
        "failover": fleet_benchmarks.failover,
        "page": fleet_benchmarks.views_of_the_page,
    }
    parts = [make(results) for name, make in makers.items() if name in results]
    return "\n".join([INTRODUCTION, *parts])
