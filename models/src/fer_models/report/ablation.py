"""What each part of the recipe contributes: one table for each plan, one row for each thing that was tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean, median
from typing import Any

from fer_models.report.markdown import NOTHING, by, number, percent, table
from fer_models.report.records import Record, Records

MAKE = "No ablation is recorded yet. `fer-models ablate models/ablation/cpu.toml --data fer2013.zip` makes one.\n"
INTRODUCTION = """\
The same training repeated, with one thing changed at a time. Accuracy is that of held-out training images,
single view, as a mean over the seeds (least–most): of the averaged weights, which are shipped, and of the live weights
that they average. Differences, in points, are to the row under "against", seed by seed; with about 2,900 images one
standard error of an accuracy is 0.9 points, and smaller differences say little. Size is that of the .onnx file; time is
for one face in ONNX Runtime on one thread. What did not help stays in the table.
"""
BY_SET = """\
The same averaged weights on each data set's own held-out training images, as a mean over the seeds; in brackets, how
many they are.
"""
HEAD = (
    "question",
    "tried",
    "accuracy %",
    "difference",
    "live %",
    "live difference",
    "against",
    "seeds",
    "parameters",
    "not zero",
    "million MACs",
    "MB",
    "p50, ms",
)

AVERAGED, LIVE = "accuracy", "live_accuracy"
Run = Mapping[str, Any]


def ablation(records: Records) -> Iterator[str]:
    """The section on ablations."""
    yield "## Ablation\n"
    if not records.ablation:
        yield MAKE
        return
    yield INTRODUCTION
    for record in records.ablation:
        yield f"### {record.name}\n"
        yield f"{record.said['about'].strip()}\n"
        yield table(HEAD, _rows(record))
        yield from _by_set(record)
        yield f"On {record.said['machine']}. {by(record.said['command'])}\n"


def _rows(record: Record) -> Iterator[tuple[str, ...]]:
    tried = _tried(record)
    for name, runs in tried.items():
        yield _row(name, runs, tried.get(runs[0]["against"], []))


def _tried(record: Record) -> dict[str, list[Run]]:
    """The runs of each row, one for each seed."""
    tried: dict[str, list[Run]] = {}
    for run in record.said["runs"]:
        tried.setdefault(run["name"], []).append(run)
    return tried


def _by_set(record: Record) -> Iterator[str]:
    """The averaged weights on each data set by itself, where a record has that."""
    sets = record.said["runs"][0].get("held_out") or []
    if not sets:
        return
    yield BY_SET
    head = [f"{each['set']} ({each['images']:,}): {what} %" for each in sets for what in ("accuracy", "macro recall")]
    yield table(["tried", *head], ([name, *_on_sets(runs)] for name, runs in _tried(record).items()))


def _on_sets(runs: Sequence[Run]) -> Iterator[str]:
    for figures in zip(*(run["held_out"] for run in runs), strict=True):
        yield percent(fmean(each["accuracy"] for each in figures))
        yield percent(fmean(each["macro_recall"] for each in figures))


def _row(name: str, runs: Sequence[Run], against: Sequence[Run]) -> tuple[str, ...]:
    first = runs[0]
    return (
        first["question"],
        name,
        _accuracy(runs, AVERAGED),
        _difference(runs, against, AVERAGED),
        _accuracy(runs, LIVE),
        _difference(runs, against, LIVE),
        NOTHING if name == first["against"] else first["against"],
        str(len(runs)),
        f"{first['parameters']:,}",
        f"{first['nonzero_parameters']:,}",
        number(first["macs"] / 1e6, 1),
        number(first["size_bytes"] / 1e6),
        number(median(run["p50_ms"] for run in runs)),
    )


def _accuracy(runs: Sequence[Run], kind: str) -> str:
    shares = [run[kind] for run in runs if run.get(kind) is not None]
    if len(shares) < 2:
        return percent(shares[0] if shares else None)
    return f"{percent(fmean(shares))} ({percent(min(shares))}–{percent(max(shares))})"


def _difference(runs: Sequence[Run], against: Sequence[Run], kind: str) -> str:
    """In points, the mean over the seeds that both were run with; nothing for a row against itself."""
    if not against or runs[0]["name"] == against[0]["name"]:
        return NOTHING
    other = {run["seed"]: run.get(kind) for run in against}
    pairs = [(run.get(kind), other.get(run["seed"])) for run in runs]
    points = [100 * (here - there) for here, there in pairs if here is not None and there is not None]
    return f"{fmean(points):+.2f}" if points else NOTHING
