"""Which Python runs a row: this one, or that of an environment with TensorFlow."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from functools import cache
from pathlib import Path

from fer_models.bench.row_process import missing
from fer_models.bench.rows import KERAS_FUNCTION, KERAS_PREDICT, TFLITE
from fer_models.errors import BenchError

TENSORFLOW = "tensorflow"
COMPARE_PYTHON = Path(".venv-compare") / "bin" / "python"
NEEDS = {
    KERAS_FUNCTION: (TENSORFLOW, "fer_models"),
    KERAS_PREDICT: (TENSORFLOW, "fer_models"),
    TFLITE: (TENSORFLOW, "ai_edge_litert", "fer_models"),
}
"""What the other Python must have for these runtimes; all others run in this Python."""

ASK = "import importlib.util, sys; print(*(n for n in sys.argv[1:] if importlib.util.find_spec(n) is None))"


class Interpreters:
    """This Python, and one for Keras and TFLite; raises BenchError when the Python that was given does not exist."""

    def __init__(self, compare: Path | None = None) -> None:
        if compare and not compare.is_file():
            raise BenchError(f"{compare} is not a Python; give --compare-python one that has fer-models[compare].")
        self._compare = str(compare or _beside() or sys.executable)

    def python_for(self, runtime: str) -> str:
        """The Python that runs this runtime; raises BenchError that names a missing library."""
        if runtime not in NEEDS:
            return sys.executable
        lacking = _lacking(self._compare, NEEDS[runtime])
        if lacking:
            raise BenchError(missing(lacking[0]))
        return self._compare


def _beside() -> Path | None:
    """The environment of `make bench-models`, where this Python lacks TensorFlow."""
    if importlib.util.find_spec(TENSORFLOW):
        return None
    found = Path(sys.prefix).parent / COMPARE_PYTHON
    return found if found.is_file() else None


@cache
def _lacking(python: str, libraries: tuple[str, ...]) -> tuple[str, ...]:
    try:
        asked = subprocess.run([python, "-c", ASK, *libraries], capture_output=True, errors="replace", check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise BenchError(f"{python} cannot be run ({error}); give --compare-python another one.") from error
    return tuple(asked.stdout.split())
