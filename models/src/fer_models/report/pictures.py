"""The pictures of the page."""

from __future__ import annotations

from pathlib import Path

from fer_models import plots
from fer_models.evaluation import document
from fer_models.report.evaluations import current, evaluations, files
from fer_models.report.markdown import number
from fer_models.report.records import Record, Records
from fer_models.report.speed import latency_name, measured_rows


def draw_pictures(records: Records, folder: Path) -> list[Path]:
    """Draw every picture that the page shows into the folder; returns the paths."""
    drawn = [_curves(records, folder), _confusion(records, folder), _sizes(records, folder)]
    latencies = [_latency(record, folder) for record in records.bench if measured_rows(record)]
    return [*(path for paths in drawn for path in paths), *latencies]


def _curves(records: Records, folder: Path) -> list[Path]:
    paths = [folder / f"curves-{log.name}.png" for log in records.logs]
    for log, path in zip(records.logs, paths, strict=True):
        plots.training_curves(log.history, path, f"Training of {log.name}")
    return paths


def _confusion(records: Records, folder: Path) -> list[Path]:
    return [path for file in current(records) for path in document.draw(file.figures, file.title, folder)]


def _sizes(records: Records, folder: Path) -> list[Path]:
    found = current(records)
    if not found:
        return []
    shown = found[0]
    groups: dict[str, list[tuple[str, float, float]]] = {}
    for file in (each for record in evaluations(records) for each in files(record) if each.images == shown.images):
        point = (
            file.figures["precision"] or file.name,
            file.figures["size_bytes"] / 1e6,
            100 * file.figures["accuracy"],
        )
        groups.setdefault(file.model, []).append(point)
    path = folder / "accuracy-by-size.png"
    plots.scatter(
        groups, path, f"Accuracy by size, {shown.images[1]}, single view", ("size of the file, MB", "accuracy, %")
    )
    return [path]


def _latency(record: Record, folder: Path) -> Path:
    rows = sorted(measured_rows(record), key=lambda row: float(row["p50_ms"]))
    bars = [(row["name"].replace("/", " "), row["p50_ms"], f"{number(row['p50_ms'])} ms") for row in rows]
    path = folder / latency_name(record)
    plots.bars(bars, path, "One face, one at a time", "median, ms (shorter is better)")
    return path
