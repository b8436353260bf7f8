"""`make bench`: measure pipeline, ingest and rollout on this machine, print the figures, write docs/benchmarks.json.

Parts may be named as arguments; the others keep their figures. The page docs/benchmarks.md is made from the file.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "scripts")]

from benchmarks import costs, failover, ingest, ingests, page, pipeline, rollout  # noqa: E402  # after the path is set
from benchmarks.machine import machine  # noqa: E402

RESULTS = ROOT / "docs" / "benchmarks.json"
PEER_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
CLIP = "clips/portrait_sad_to_happy.mp4"


def main(parts: list[str]) -> None:
    """Measure the parts asked for, or all."""
    measures: dict[str, Callable[[], dict[str, Any] | None]] = {
        "pipeline": _pipeline,
        "ingest": ingest.measure,
        "ingests": ingests.measure,
        "rollout": rollout.measure,
        "rollout_postgresql": partial(rollout.measure, on_postgresql=True),
        "thousands": partial(rollout.measure, rollout.THOUSANDS),
        "thousands_postgresql": partial(rollout.measure, rollout.THOUSANDS, on_postgresql=True),
        "costs": costs.measure,
        "failover": failover.measure,
        "page": page.measure,
        "peer": _peer,
    }
    unknown = set(parts) - set(measures)
    if unknown:
        sys.exit(f"{', '.join(sorted(unknown))}: no such part; there are {', '.join(measures)}.")
    results: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for part in parts or measures:
        print(f"measuring {part} …", file=sys.stderr)
        before = machine()
        found = measures[part]()
        if found is not None:
            results[part] = {"machine": before, "command": f"make bench PARTS={part}", **found}
            print(json.dumps({part: results[part]}, indent=2))
            RESULTS.write_text(json.dumps(results, indent=2) + "\n")


def _pipeline() -> dict[str, Any] | None:
    clip = _clip()
    return pipeline.measure(clip) if clip else None


def _peer() -> dict[str, Any] | None:
    clip = _clip()
    if clip is None or not PEER_PYTHON.exists():
        print("The fer package is not measured; `make bench-peer` installs it beside ours.", file=sys.stderr)
        return None
    script = ROOT / "tests" / "benchmarks" / "peer.py"
    printed = subprocess.run([PEER_PYTHON, script, clip], stdout=subprocess.PIPE, check=True).stdout
    found: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return found


def _clip() -> Path | None:
    data = Path(os.environ.get("FER_DATA") or ROOT.parent / "shared" / "data")
    if (data / CLIP).exists():
        return data / CLIP
    print(f"There is no {data / CLIP}; set FER_DATA to the folder that holds it.", file=sys.stderr)
    return None


if __name__ == "__main__":
    main(sys.argv[1:])
