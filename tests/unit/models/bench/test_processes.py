"""How a row's process ends is how its row reads."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from fakes_bench import MEASURED
from fer_models.bench.interpreters import Interpreters
from fer_models.bench.job import Job
from fer_models.bench.processes import RowProcesses
from fer_models.errors import BenchError

JOB = Job("light", "ort-cpu", "fp32", "no.onnx", (1, 48, 48), threads=2, runs=1, warm_up=0)


class OneProgram(Interpreters):
    """Runs a script in the place of Python."""

    def __init__(self, folder: Path, script: str) -> None:
        super().__init__()
        self._path = folder / "python"
        self._path.write_text(f"#!/bin/sh\n{script}\n")
        self._path.chmod(0o755)

    def python_for(self, runtime: str) -> str:
        return str(self._path)


def run_script(folder: Path, script: str) -> None:
    RowProcesses(OneProgram(folder, script)).run(JOB)


def test_the_last_line_of_a_process_is_its_answer(tmp_path: Path) -> None:
    script = f"echo a library says hello\necho '{json.dumps(asdict(MEASURED))}'"
    assert RowProcesses(OneProgram(tmp_path, script)).run(JOB) == MEASURED


def test_a_reason_comes_through_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=r"^no CUDA here$"):
        run_script(tmp_path, """echo '{"reason": "no CUDA here"}'""")


def test_a_crash_is_named_by_its_signal(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=r"^its process was ended by SIGSEGV: bad address$"):
        run_script(tmp_path, "echo bad address >&2\nkill -SEGV $$")


def test_a_failure_is_told_by_its_last_line(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=r"^its process failed with 3: out of memory$"):
        run_script(tmp_path, "echo Traceback >&2\necho out of memory >&2\nexit 3")


@pytest.mark.parametrize("script", ["true", "echo no json"])
def test_a_process_that_answers_nothing_says_so(script: str, tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="its process ended without an answer"):
        run_script(tmp_path, script)


def test_threads_are_set_before_any_library_is_loaded(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="2 2 2 2 2"):
        run_script(
            tmp_path,
            "echo $OMP_NUM_THREADS $OPENBLAS_NUM_THREADS $MKL_NUM_THREADS "
            "$TF_NUM_INTRAOP_THREADS $TF_NUM_INTEROP_THREADS >&2; exit 1",
        )


def test_a_file_that_is_not_there_is_a_reason() -> None:
    with pytest.raises(BenchError, match="ONNX Runtime does not load the file"):
        RowProcesses(Interpreters()).run(JOB)


def test_a_library_that_is_not_there_names_the_extra(tmp_path: Path) -> None:
    script = """echo '{"reason": "tensorflow is not installed; pip install fer-models[compare]"}'"""
    with pytest.raises(BenchError, match=r"fer-models\[compare\]"):
        run_script(tmp_path, script)
