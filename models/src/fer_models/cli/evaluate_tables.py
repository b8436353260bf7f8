"""Tables of fer-models evaluate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
from fer_terminal.columns import FIGURE, Column, Row
from fer_terminal.listing import print_list
from fer_wire import EMOTIONS

from fer_models.evaluation.files import ModelFile

SHORT = 4


def show(found: Mapping[str, Any], files: Mapping[str, ModelFile], paths: Sequence[Path]) -> None:
    """Show the figures of a document, and which files were written."""
    for name, file in files.items():
        _emotions(f"{file.title} on {found['split']}", found["files"][name])
    _summary(found, files)
    for name, file in files.items():
        if "sets" in found["files"][name]:
            _sets(file.title, found["files"][name])
    if found["deduplicated"]:
        typer.echo("Unseen: without the {removed} images that equal a training image.".format(**found["deduplicated"]))
    else:
        typer.echo(f"Unseen images could not be told from known ones: {found['deduplicated_reason']}")
    for path in paths:
        typer.echo(f"wrote {path}")


def _emotions(title: str, found: Mapping[str, Any]) -> None:
    rows: list[Row] = []
    for each, row in zip(found["emotions"], found["confusion_percent"], strict=True):
        shares = (f"{100 * each[key]:.1f}" for key in ("precision", "recall", "f1"))
        rows.append((each["emotion"], each["images"], *shares, *(f"{share:.1f}" for share in row)))
    heads = ("images", "prec.", "recall", "F1", *(emotion[:SHORT] for emotion in EMOTIONS))
    whole = (
        f"{title}: {found['images']} images, accuracy {100 * found['accuracy']:.2f} %, "
        f"macro F1 {100 * found['macro_f1']:.2f} %; predictions in % of a label's images"
    )
    print_list((Column("label"), *_figures(heads)), rows, empty="", title=whole)


def _summary(found: Mapping[str, Any], files: Mapping[str, ModelFile]) -> None:
    rows: list[Row] = []
    for name, file in files.items():
        one = found["files"][name]
        for view, whole in one["views"].items():
            calibration = whole["calibration"]
            unseen = f"{100 * one['deduplicated'][view]['accuracy']:.2f}" if one["deduplicated"] else None
            calibrated = f"{100 * calibration['ece']:.2f}", f"{calibration['brier']:.3f}", f"{calibration['nll']:.3f}"
            rows.append((file.title, view, *_accuracy(whole), f"{100 * whole['macro_f1']:.2f}", *calibrated, unseen))
    heads = ("acc. %", "95 %", "F1 %", "ECE %", "Brier", "NLL", "unseen %")
    columns = (Column("model"), Column("view"), *_figures(heads))
    print_list(columns, rows, empty="", title=f"on {found['data']}, {found['split']}")


def _sets(title: str, found: Mapping[str, Any]) -> None:
    rows: list[Row] = []
    for each in found["sets"]:
        paired = each.get("against")
        shares = (each["macro_f1"], each["macro_recall"], min(each["recall"].values()))
        compared = (paired["better"], paired["worse"], f"{paired['p']:.3g}") if paired else ()
        percents = (*(f"{100 * share:.1f}" for share in shares), f"{100 * each['ece']:.1f}")
        rows.append((each["set"], each["images"], *_accuracy(each), *percents, *compared))
    heads = ("images", "acc. %", "95 %", "F1 %", "recall %", "least %", "ECE %")
    beside = f"; better, worse and p against {found['against']}" if found["against"] else ""
    columns = (Column("set"), *_figures((*heads, *(("+", "-", "p") if beside else ()))))
    print_list(columns, rows, empty="", title=f"{title} on all sets, as on a device{beside}")


def _figures(heads: Sequence[str]) -> list[Column]:
    """The more important the further left."""
    return [Column(head, place, FIGURE) for place, head in enumerate(heads, start=1)]


def _accuracy(found: Mapping[str, Any]) -> tuple[str, str]:
    low, high = found["accuracy_interval"]
    return f"{100 * found['accuracy']:.2f}", f"{100 * low:.1f}–{100 * high:.1f}"
