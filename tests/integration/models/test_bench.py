"""fer-models bench, whole: real processes, the shipped model, few runs. What it measures is not judged here."""

import json
import platform
from pathlib import Path
from typing import Any

import pytest
from fer_models.bench.benchmark import newest
from fer_models.cli import run

ROWS = ("light/ort-cpu", "light/opencv", "light/ort-cuda/fp16")
MEASURED = ("light/ort-cpu/fp32", "light/ort-cpu/fp16", "light/ort-cpu/int8", "light/opencv/fp32")
FULL_WEIGHTS_MB = 83


@pytest.fixture(scope="module")
def entry(root: Path) -> Path:
    return newest(root / "models" / "zoo" / "light")


@pytest.fixture(scope="module")
def out(entry: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The JSON of one benchmark of a few rows."""
    path = tmp_path_factory.mktemp("bench") / "results" / "bench.json"
    rows = [word for row in ROWS for word in ("--row", row)]
    assert run(["bench", str(entry), *rows, "--runs", "5", "--warm-up", "2", "--repeats", "2", "--out", str(path)]) == 0
    return path


@pytest.fixture
def document(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(out.read_text())
    return found


@pytest.fixture
def rows(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in document["rows"]}


def test_a_row_has_figures_or_a_reason_and_never_both(rows: dict[str, dict[str, Any]]) -> None:
    assert all((row["reason"] is None) == (row["p50_ms"] is not None) for row in rows.values())
    assert {name for name, row in rows.items() if row["reason"] is None} >= set(MEASURED)


@pytest.mark.parametrize("name", MEASURED)
def test_figures_fit_together(name: str, rows: dict[str, dict[str, Any]]) -> None:
    row = rows[name]
    assert 0 < row["p50_min_ms"] <= row["p50_ms"] <= row["p50_max_ms"]
    assert row["fps"] > 0
    assert row["cpu_percent"] > 0
    assert 0 < row["memory_loaded_mb"] <= row["memory_peak_mb"]
    assert row["difference"] < 0.05
    assert (row["processes"], row["device"]) == (2, "cpu")


def test_each_process_has_the_memory_of_its_own_model(
    rows: dict[str, dict[str, Any]], entry: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["bench", str(entry), "--row", "xception/ort-cpu/fp32", "--runs", "1", "--warm-up", "0", "--repeats", "1"]
    assert run([*asked, "--json"]) == 0
    (full,) = json.loads(capsys.readouterr().out)["rows"]
    assert rows["light/ort-cpu/fp32"]["memory_peak_mb"] < full["memory_peak_mb"] - FULL_WEIGHTS_MB


def test_the_process_of_the_light_model_fits_beside_everything_else_on_a_nano(rows: dict[str, dict[str, Any]]) -> None:
    assert rows["light/ort-cpu/fp32"]["memory_peak_mb"] < 119


def test_the_document_says_how_it_was_made(document: dict[str, Any], out: Path, entry: Path) -> None:
    assert document["command"] == (
        f"fer-models bench light/{entry.name} --row light/ort-cpu --row light/opencv --row light/ort-cuda/fp16 "
        "--runs 5 --warm-up 2 --repeats 2 --threads 1"
    )
    assert (document["model"], document["threads"], document["runs"]) == (f"light/{entry.name}", 1, 5)
    assert {"python", "onnxruntime", "opencv"} <= set(document["versions"])
    assert document["ratio"] is None
    assert platform.node() not in out.read_text()


def test_json_is_one_document_and_nothing_else(entry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["bench", str(entry), "--row", "light/opencv", "--runs", "1", "--repeats", "1", "--json"]
    assert run(asked) == 0
    assert [row["name"] for row in json.loads(capsys.readouterr().out)["rows"]] == ["light/opencv/fp32"]


def test_people_get_a_table_and_the_reasons(entry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["bench", str(entry), "--row", "light/opencv", "--row", "light/ort-tensorrt/fp16", "--runs", "1"]
    assert run([*asked, "--repeats", "1"]) == 0
    printed = capsys.readouterr().out
    assert "opencv fp32" in printed
    assert "No ratio: it needs" in printed


def test_a_model_that_breaks_the_contract_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", str(tmp_path), "--row", "light/opencv"]) == 1
    captured = capsys.readouterr()
    assert (captured.out, captured.err.count("\n")) == ("", 1)
    assert "manifest.json cannot be read" in captured.err


def test_an_unknown_row_is_wrong_use(entry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", str(entry), "--row", "heavy"]) == 2
    assert capsys.readouterr().err.startswith("error: There is no row heavy; a row is MODEL")


def test_a_python_that_is_not_there_is_one_sentence(entry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", str(entry), "--row", "light/opencv", "--compare-python", "nowhere/python"]) == 1
    assert capsys.readouterr().err.startswith("error: nowhere/python is not a Python; give --compare-python")
