"""The pictures of runs, as PNG; only this file imports matplotlib. The same figures give the same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, ScalarFormatter
from PIL import Image

COLOURS_OF_A_FILE = 200
INK, FAINT, GRID = "#22303c", "#7a8794", "#dfe5ea"
BLUE, ORANGE, GREEN, RED = "#2f6db3", "#dd7a2b", "#3a8f66", "#b8433c"
PALE_RED, PALE_GREEN = "#dd9a94", "#a9cdb9"
COLOURS = (BLUE, ORANGE, GREEN, RED, "#7a5ba8", "#8a6a4f", "#4a9db5")
DARK_CELL = 55.0

Points = Sequence[tuple[str, float, float]]


def training_curves(history: Sequence[Mapping[str, Any]], path: Path, title: str = "") -> None:
    """Loss, held-out accuracy and learning rate over the epochs of a training log; missing values are left out."""
    figure = Figure(figsize=(8, 7.2), layout="constrained")
    loss, accuracy, rate = figure.subplots(3, 1, sharex=True, height_ratios=(3, 3, 1.2))
    _curve(loss, history, "train_loss", BLUE, "training")
    _curve(loss, history, "held_out_loss", ORANGE, "held out")
    _curve(accuracy, history, "live_accuracy", PALE_GREEN, "held out, live weights", 100)
    _curve(accuracy, history, "held_out_accuracy", GREEN, "held out, averaged weights", 100)
    _curve(rate, history, "learning_rate", FAINT, "")
    for axes, name in ((loss, "loss"), (accuracy, "accuracy, %"), (rate, "learning rate")):
        axes.set_ylabel(name)
        _plain(axes, "both")
    _mark_sizes(loss, history)
    _legend(loss)
    _legend(accuracy, "upper left")
    _mark_best(accuracy, history)
    rate.set_xlabel("epoch")
    rate.xaxis.set_major_locator(MaxNLocator(integer=True))
    _title(loss, title or "Training")
    _save(figure, path)


def confusion_matrix(confusion: Sequence[Sequence[int]], labels: Sequence[str], path: Path, title: str) -> None:
    """Counts by label (rows) and prediction (columns), each cell with its share of the row in % and its count."""
    counts = np.asarray(confusion, dtype=np.int64)
    shares = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure = Figure(figsize=(8, 7.2), layout="constrained")
    axes = figure.subplots()
    picture = axes.imshow(shares, cmap="Blues", vmin=0, vmax=100)
    for (row, column), share in np.ndenumerate(shares):
        colour = "white" if share > DARK_CELL else INK
        axes.text(column, row - 0.08, f"{share:.1f}", ha="center", va="center", color=colour, fontsize=11)
        axes.text(column, row + 0.24, str(counts[row, column]), ha="center", va="center", color=colour, fontsize=7.5)
    rows = [f"{label}\n{total:,}" for label, total in zip(labels, counts.sum(axis=1), strict=True)]
    axes.set_xticks(range(len(labels)), labels)
    axes.set_yticks(range(len(labels)), rows)
    axes.set_xlabel("predicted")
    axes.set_ylabel("label, and its images")
    _plain(axes, None)
    axes.spines[:].set_visible(False)
    bar = figure.colorbar(picture, ax=axes, shrink=0.8, label="% of the label's images")
    bar.outline.set_visible(False)  # type: ignore[operator]  # the stub takes it for a call
    _title(axes, title)
    _save(figure, path)


def reliability(bins: Sequence[Mapping[str, Any]], path: Path, title: str) -> None:
    """Accuracy by confidence, and the images in each bin; bins: {low, high, images, accuracy, confidence}, all 0–1."""
    figure = Figure(figsize=(7, 7.2), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3.2, 1))
    filled = [each for each in bins if each["images"]]
    left = [each["low"] for each in filled]
    width = [0.92 * (each["high"] - each["low"]) for each in filled]
    accuracy = [each["accuracy"] for each in filled]
    gap = np.array([each["confidence"] - each["accuracy"] for each in filled])
    upper.bar(left, accuracy, width, align="edge", color=BLUE, label="accuracy", zorder=2)
    for sign, colour, label in ((1, PALE_RED, "too confident by"), (-1, ORANGE, "not confident enough by")):
        shown = np.where(sign * gap > 0, gap, 0.0)
        upper.bar(left, shown, width, accuracy, align="edge", color=colour, label=label, zorder=3)
    upper.plot([0, 1], [0, 1], color=FAINT, linestyle="--", linewidth=1, label="as confident as right", zorder=4)
    lower.bar(left, [each["images"] for each in filled], width, align="edge", color=FAINT, zorder=2)
    upper.set(xlim=(0, 1), ylim=(0, 1), ylabel="share that is right")
    lower.set(xlabel="confidence (probability of the predicted emotion)", ylabel="images")
    for axes in (upper, lower):
        _plain(axes, "y")
    _legend(upper, "upper left")
    _title(upper, title)
    _save(figure, path)


def bars(rows: Sequence[tuple[str, float, str]], path: Path, title: str, axis: str) -> None:
    """A horizontal bar for each (name, value, what to write beside it), first on top; logarithmic beyond 20 to 1."""
    figure = Figure(figsize=(8.5, 1.3 + 0.36 * max(len(rows), 2)), layout="constrained")
    axes = figure.subplots()
    values = [value for _, value, _ in rows]
    axes.barh(range(len(rows)), values, color=BLUE, height=0.68, zorder=2)
    if min(values) > 0 and max(values) / min(values) > 20:
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(ScalarFormatter())
    for place, (_, value, text) in enumerate(rows):
        axes.annotate(text, (value, place), (4, 0), textcoords="offset points", va="center", fontsize=8.5, color=INK)
    axes.set_yticks(range(len(rows)), [name for name, _, _ in rows])
    axes.invert_yaxis()
    axes.margins(x=0.16)
    axes.set_xlabel(axis)
    _plain(axes, "x")
    _title(axes, title)
    _save(figure, path)


def scatter(groups: Mapping[str, Points], path: Path, title: str, axes_names: tuple[str, str]) -> None:
    """Points of (name, x, y), a colour for each group."""
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.subplots()
    for colour, (group, points) in zip(_colours(len(groups)), groups.items(), strict=True):
        _, x, y = zip(*points, strict=True)
        axes.scatter(x, y, color=colour, s=46, label=group, zorder=3)
        for place, (name, *at) in enumerate(sorted(points, key=lambda point: point[1])):
            offset = (0, 8) if place % 2 == 0 else (0, -16)  # neighbours are often too close for one side
            axes.annotate(
                name, (at[0], at[1]), offset, textcoords="offset points", ha="center", fontsize=8.5, color=INK
            )
    axes.margins(0.14)
    axes.set_xlabel(axes_names[0])
    axes.set_ylabel(axes_names[1])
    _plain(axes, "both")
    _legend(axes, "best")
    _title(axes, title)
    _save(figure, path)


def _curve(
    axes: Axes, history: Sequence[Mapping[str, Any]], key: str, colour: str, label: str, factor: float = 1
) -> None:
    points = [(entry["epoch"], factor * entry[key]) for entry in history if entry.get(key) is not None]
    if points:
        epochs, values = zip(*points, strict=True)
        dot = "o" if len(points) < 40 else None
        axes.plot(epochs, values, color=colour, linewidth=1.8, marker=dot, markersize=3.5, label=label, zorder=3)


def _mark_best(axes: Axes, history: Sequence[Mapping[str, Any]]) -> None:
    known = [entry for entry in history if entry.get("held_out_accuracy") is not None]
    if known:
        best = max(known, key=lambda entry: float(entry["held_out_accuracy"]))
        text = f"best: {100 * best['held_out_accuracy']:.2f} % after epoch {best['epoch']}"
        axes.axhline(100 * best["held_out_accuracy"], color=GREEN, linewidth=0.8, linestyle=":", zorder=2)
        axes.text(0.99, 0.05, text, transform=axes.transAxes, ha="right", fontsize=9.5, color=INK)


def _mark_sizes(axes: Axes, history: Sequence[Mapping[str, Any]]) -> None:
    for before, after in pairwise(history):
        if before.get("px") != after.get("px"):
            axes.axvline(after["epoch"] - 0.5, color=FAINT, linewidth=0.8, linestyle="--", zorder=1)
            where = (after["epoch"] - 0.4, 0.96)
            text = f"{after.get('px')} px"
            axes.text(*where, text, transform=axes.get_xaxis_transform(), va="top", fontsize=8, color=FAINT)


def _colours(count: int) -> list[str]:
    return [COLOURS[place % len(COLOURS)] for place in range(count)]


def _plain(axes: Axes, grid: Any) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(FAINT)
    axes.tick_params(colors=INK, length=0 if grid is None else 3, labelsize=9.5)
    axes.xaxis.label.set_color(INK)
    axes.yaxis.label.set_color(INK)
    if grid:
        axes.grid(axis=grid, color=GRID, linewidth=0.8, zorder=0)


def _legend(axes: Axes, place: Literal["best", "upper left"] = "best") -> None:
    if len(axes.get_legend_handles_labels()[1]) > 1:
        axes.legend(loc=place, frameon=False, fontsize=9.5, labelcolor=INK)


def _title(axes: Axes, text: str) -> None:
    axes.set_title(text, loc="left", color=INK, fontsize=12, pad=10)


def _save(figure: Figure, path: Path) -> None:
    """Without a date or a version, and in few colours, which halves the file."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    pixels = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    picture = Image.fromarray(pixels).convert("RGB")
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.quantize(COLOURS_OF_A_FILE, dither=Image.Dither.NONE).save(path, optimize=True)
