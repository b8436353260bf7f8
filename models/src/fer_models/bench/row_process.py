"""One row in its own process: python -m fer_models.bench.row_process JOB prints figures or a reason as JSON.

It imports its runtime and no other, so that the memory of the process is that runtime's.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

from fer_models.bench.job import Job, LoadedModel
from fer_models.bench.measure import measure_model
from fer_models.bench.rows import MODULES
from fer_models.errors import BenchError

EXTRAS = {"torch": "train", "tensorflow": "compare", "keras": "compare", "ai_edge_litert": "compare", "cv2": "compare"}
"""The extra of fer-models that installs each library."""


def answer(job: Job) -> dict[str, Any]:
    """The figures of the row, or the reason why there are none."""
    try:
        return measure_model(_load(job), job).as_dict()
    except BenchError as error:
        return {"reason": " ".join(str(error).split())}
    except ModuleNotFoundError as error:
        return {"reason": missing(error.name or "")}


def missing(name: str) -> str:
    """A missing library, and how to install it."""
    library = name.partition(".")[0]
    extra = EXTRAS.get(library)
    remedy = f"; pip install 'fer-models[{extra}]'" if extra else ""
    return f"{library} is not installed{remedy}"


def _load(job: Job) -> LoadedModel:
    module = importlib.import_module(f"fer_models.bench.runtimes.{MODULES[job.runtime]}")
    loaded: LoadedModel = module.load(job, job.face())
    return loaded


if __name__ == "__main__":
    found = answer(Job.from_json(sys.argv[1]))
    print(json.dumps(found))  # noqa: T201  # the answer to the process that asked
