"""A row in a fresh process, so that the memory and time measured are its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

from fer_wire.onnx_runtime import SILENCE

from fer_models.bench.interpreters import Interpreters
from fer_models.bench.job import Job, Measurement
from fer_models.errors import BenchError

ROW, CONVERT = "fer_models.bench.row_process", "fer_models.bench.networks.convert"
TIMEOUT_S = 1800.0
REASON = "reason"
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)


class RowProcesses:
    """Starts one process for each row, in the Python that has what the row needs."""

    def __init__(self, interpreters: Interpreters) -> None:
        self._interpreters = interpreters

    def run(self, job: Job) -> Measurement:
        """The figures of the job, from a process that does nothing else; raises BenchError with the reason for none."""
        answer = _last_document(self._output(ROW, job))
        if REASON in answer:
            raise BenchError(answer[REASON])
        return Measurement(**answer)

    def convert(self, job: Job, path: Path) -> None:
        """Write the job's network as a .tflite file."""
        self._output(CONVERT, job, str(path))

    def _output(self, module: str, job: Job, *rest: str) -> str:
        command = [self._interpreters.python_for(job.runtime), "-m", module, job.as_json(), *rest]
        environment = {**os.environ, **SILENCE, **dict.fromkeys(THREAD_VARIABLES, str(job.threads))}
        try:
            ended = subprocess.run(
                command,
                capture_output=True,
                text=True,
                errors="replace",
                env=environment,
                timeout=TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise BenchError(f"its process did not end within {TIMEOUT_S:g} s") from error
        if ended.returncode:
            raise BenchError(_how_it_ended(ended.returncode, ended.stderr))
        return ended.stdout


def _last_document(text: str) -> dict[str, Any]:
    """The last line, because libraries print other lines before it."""
    try:
        found = json.loads((text.splitlines() or [""])[-1])
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise BenchError("its process ended without an answer")
    return found


def _how_it_ended(status: int, errors: str) -> str:
    lines = errors.strip().splitlines()
    last = f": {lines[-1]}" if lines else ""
    if status < 0:
        return f"its process was ended by {signal.Signals(-status).name}{last}"
    return f"its process failed with {status}{last}"
