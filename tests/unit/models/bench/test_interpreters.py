"""Keras and TFLite may run in another Python; everything else runs in this one."""

import sys
from pathlib import Path

import pytest
from fer_models.bench.interpreters import Interpreters
from fer_models.bench.row_process import missing
from fer_models.errors import BenchError


def program(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_most_rows_run_in_this_python() -> None:
    assert Interpreters().python_for("ort-cpu") == sys.executable


def test_keras_runs_in_the_python_that_was_given(tmp_path: Path) -> None:
    python = program(tmp_path / "python", "true")
    assert Interpreters(python).python_for("keras-function") == str(python)


def test_a_python_without_tensorflow_is_a_reason_with_its_remedy(tmp_path: Path) -> None:
    python = program(tmp_path / "python", "echo tensorflow")
    with pytest.raises(BenchError, match=r"^tensorflow is not installed; pip install 'fer-models\[compare\]'$"):
        Interpreters(python).python_for("keras-function")


def test_a_python_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=r"nowhere is not a Python; give --compare-python one that has"):
        Interpreters(tmp_path / "nowhere")


def test_a_file_that_is_no_program_is_one_sentence(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("not a program")
    with pytest.raises(BenchError, match=r"notes\.txt cannot be run"):
        Interpreters(text).python_for("tflite")


@pytest.mark.parametrize(
    ("module", "sentence"),
    [
        ("ai_edge_litert.interpreter", "ai_edge_litert is not installed; pip install 'fer-models[compare]'"),
        ("torch", "torch is not installed; pip install 'fer-models[train]'"),
        ("somelib", "somelib is not installed"),
    ],
)
def test_a_missing_library_names_the_extra_that_brings_it(module: str, sentence: str) -> None:
    assert missing(module) == sentence
