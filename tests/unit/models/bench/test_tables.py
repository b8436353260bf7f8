"""Tables for people: what was measured, and why the rest was not."""

import io
from dataclasses import replace

import pytest
from fakes_bench import figures, result
from fer_models.bench.results import RowResult, ratio
from fer_models.bench.rows import BenchRow
from fer_models.bench.tables import reasons, sentence, tables
from fer_terminal import console as consoles
from fer_terminal.listing import print_list
from rich.console import Console

CUDA = RowResult(
    BenchRow("light", "ort-cuda", "fp16"), reason="no CUDA: ONNX Runtime 1.32.0 here offers CPUExecutionProvider"
)


def printed(results: list[RowResult], width: int = 80) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=width, force_terminal=True, color_system=None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(consoles, "out", lambda: console)
        for title, columns, rows in tables(results):
            print_list(columns, rows, empty="", title=title)
    return stream.getvalue()


def test_each_model_has_a_table_that_fits_in_eighty_columns() -> None:
    text = printed([result("xception/keras-function/fp32", 123.456), result("light/ort-cpu/fp32", 1.25), CUDA])
    assert [line for line in text.splitlines() if line.strip() in ("xception", "light")]
    assert "keras-function fp32" in text
    assert "123.46–123.46" in text
    assert "…" not in text


def test_a_row_without_figures_is_in_no_table() -> None:
    assert printed([CUDA]) == ""


def test_power_has_a_column_when_it_was_read_and_none_is_invented() -> None:
    read = RowResult(BenchRow("light", "ort-cpu", "fp32"), replace(figures(), power_w=4.25))
    lines = printed([read, result("light/ort-cpu/int8")]).splitlines()
    assert any(line.split()[-1:] == ["W"] for line in lines)
    assert any(line.split()[-1:] == ["4.2"] for line in lines)
    assert any(line.split()[-1:] == ["–"] for line in lines)


def test_a_reason_is_a_line() -> None:
    assert list(reasons([CUDA, result("light/ort-cpu/fp32")])) == [
        "light/ort-cuda/fp16: not measured, no CUDA: ONNX Runtime 1.32.0 here offers CPUExecutionProvider"
    ]


def test_the_ratio_is_a_sentence() -> None:
    found = ratio([result("xception/keras-function/fp32", 30.0, 800.0), result("light/ort-cpu/fp32", 1.5, 80.0)])
    assert sentence(found) == (
        "light/ort-cpu/fp32 is 20 times as fast as xception/keras-function/fp32 (target 15) and takes 0.100 of its "
        "memory (target 0.125): met."
    )


def test_without_a_ratio_the_sentence_says_what_it_needs() -> None:
    assert sentence(None).startswith("No ratio: it needs")
