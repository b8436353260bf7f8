"""The results as tables and sentences for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from fer_terminal.columns import FIGURE, Column, Row

from fer_models.bench.results import BenchFigures, Ratio, RowResult
from fer_models.bench.rows import BenchRow

HEADS = ("runtime", "FPS", "p50 ms", "min–max", "p95 ms", "CPU %", "MB")
GPU_HEAD, POWER_HEAD = "GPU MB", "W"
NO_RATIO = (
    "No ratio: it needs the light model in ONNX Runtime and xception/keras-function/fp32, both measured, and on the "
    "same kind of device."
)


def tables(results: Sequence[RowResult]) -> Iterator[tuple[str, list[Column], list[Row]]]:
    """The title, columns and rows of a table for each model; MB is the peak resident memory of a row's process."""
    for model, group in groupby(results, lambda each: each.row.model):
        rows = [(each.row, each.figures) for each in group if each.figures]
        if rows:
            yield model, *_table(rows)


def _table(rows: Sequence[tuple[BenchRow, BenchFigures]]) -> tuple[list[Column], list[Row]]:
    more = [head for head, read in EXTRA_COLUMNS.items() if any(read(figures) is not None for _, figures in rows)]
    first, *heads = (*HEADS, *more)
    columns = [Column(first), *(Column(head, place, FIGURE) for place, head in enumerate(heads, start=1))]
    cells: list[Row] = [
        (f"{row.runtime} {row.precision}", *_cells(figures), *(EXTRA_COLUMNS[head](figures) for head in more))
        for row, figures in rows
    ]
    return columns, cells


def reasons(results: Sequence[RowResult]) -> Iterator[str]:
    """One line for each row that was not measured."""
    return (f"{each.row.name}: not measured, {each.reason}" for each in results if each.reason is not None)


def sentence(found: Ratio | None) -> str:
    """The ratio in words, and whether it meets its targets."""
    if found is None:
        return NO_RATIO
    return (
        f"{found.light} is {found.speed:g} times as fast as {found.full} (target {found.speed_target:g}) and takes "
        f"{found.memory:.3f} of its memory (target {found.memory_target:g}): {'met' if found.is_met else 'not met'}."
    )


def _cells(figures: BenchFigures) -> Iterator[str]:
    yield f"{figures.fps:.1f}"
    yield f"{figures.p50_ms:.2f}"
    yield f"{figures.p50_min_ms:.2f}–{figures.p50_max_ms:.2f}"
    yield f"{figures.p95_ms:.2f}"
    yield f"{figures.cpu_percent:.0f}"
    yield f"{figures.memory_peak_mb:.0f}"


EXTRA_COLUMNS: dict[str, Callable[[BenchFigures], float | None]] = {
    GPU_HEAD: lambda figures: figures.gpu_memory_mb,
    POWER_HEAD: lambda figures: figures.power_w,
}
"""Columns that are shown when this machine reports them."""
