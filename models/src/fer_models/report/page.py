"""The whole page, from the records alone: the same records give the same text."""

from __future__ import annotations

from collections.abc import Iterator

from fer_models.report import paper
from fer_models.report.ablation import ablation
from fer_models.report.accuracy import table_1, table_2
from fer_models.report.evaluations import EvaluatedFile, current
from fer_models.report.eyes import eyes
from fer_models.report.generality import generality
from fer_models.report.markdown import interval, percent, table
from fer_models.report.records import Record, Records
from fer_models.report.speed import tables_3_and_4
from fer_models.report.tracks import tracks
from fer_models.report.training import averaging, pruning, quantization, training

NOTE = "<!-- Written by `fer-models report` from docs/results. Edit that instead. -->\n"
INTRODUCTION = """\
# Results

How the models do, first beyond the data set that the paper knows, then in the four tables of the paper beside ours.
Every figure is measured, and names the command that made it; those of the paper are cited. The records are in
docs/results, and `fer-models report` makes this page and its pictures from them.

The paper: {cited}
"""
SPLITS = (
    "The paper's accuracy is of FER2013's PrivateTest images. Ours is of the PublicTest images, and nothing was "
    "trained, calibrated or chosen on them. With 3,589 images one standard error is about 0.8 points.\n"
)


def page(records: Records, folder: str) -> str:
    """The page as Markdown; folder: that of the pictures, relative to the page."""
    return "\n".join(_parts(records, folder))


def _parts(records: Records, folder: str) -> Iterator[str]:
    yield NOTE
    yield INTRODUCTION.format(cited=paper.CITED)
    yield "## At a glance\n"
    yield table(("", "paper", "ours"), _glance(records))
    yield SPLITS
    yield from generality(records)
    yield from table_1(records, folder)
    yield from table_2(records, folder)
    yield from tables_3_and_4(records, folder)
    yield from tracks(records)
    yield from eyes(records)
    yield from training(records, folder)
    yield from averaging(records)
    yield from pruning(records)
    yield from quantization(records)
    yield from ablation(records)


def _glance(records: Records) -> Iterator[tuple[str, str, str]]:
    yield "accuracy, %", f"{percent(paper.ACCURACY)} ({paper.ACCURACY_SPLIT})", _accuracy(records)
    yield (
        f"best gain in speed: {paper.BEST_GAIN_FROM} to {paper.BEST_GAIN_TO}; ours from Keras to ONNX Runtime",
        f"{paper.BEST_GAIN:g} times, Jetson Nano",
        "; ".join(_gain(record) for record in records.bench if record.said["ratio"]) or "not measured yet",
    )
    yield (
        "whole pipeline on a laptop",
        f"{paper.LAPTOP_FPS:g} frames/s, {paper.LAPTOP_CPU_PERCENT:g} % CPU",
        "[Benchmarks](benchmarks.md)",
    )
    yield "whole pipeline on a Jetson Nano", f"{paper.NANO_FPS:g} frames/s", "not measured: no Nano was available"


def _accuracy(records: Records) -> str:
    return "; ".join(_share(file) for file in current(records)) or "not measured yet"


def _share(file: EvaluatedFile) -> str:
    share = interval(file.figures["accuracy"], file.figures["accuracy_interval"])
    return f"{share} ({file.run['split']}, {file.title}, single view)"


def _gain(record: Record) -> str:
    return f"{record.said['ratio']['speed']:.1f} times, {record.said['machine']['kind']}"
