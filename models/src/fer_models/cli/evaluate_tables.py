"""Tables of fer-models evaluate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fer_wire import EMOTIONS
from rich.console import Console
from rich.table import Table

from fer_models.evaluation.files import ModelFile

SHORT = 4
LEFT = {"label", "model", "view", "set"}


def show(found: Mapping[str, Any], files: Mapping[str, ModelFile], paths: Sequence[Path]) -> None:
    """Show the figures of a document, and which files were written."""
    console = Console()
    for name, file in files.items():
        console.print(_emotions(f"{file.title} on {found['split']}", found["files"][name]))
    console.print(_summary(found, files))
    for name, file in files.items():
        if "sets" in found["files"][name]:
            console.print(_sets(file.title, found["files"][name]))
    if found["deduplicated"]:
        console.print(
            "Unseen: without the {removed} images that equal a training image.".format(**found["deduplicated"])
        )
    else:
        console.print(f"Unseen images could not be told from known ones: {found['deduplicated_reason']}")
    for path in paths:
        console.print(f"wrote {path}", highlight=False, soft_wrap=True)


def _emotions(title: str, found: Mapping[str, Any]) -> Table:
    table = _table(
        f"{title}: {found['images']} images, accuracy {100 * found['accuracy']:.2f} %, "
        f"macro F1 {100 * found['macro_f1']:.2f} %; predictions in % of a label's images",
        ("label", "images", "prec.", "recall", "F1", *(emotion[:SHORT] for emotion in EMOTIONS)),
    )
    for each, row in zip(found["emotions"], found["confusion_percent"], strict=True):
        shares = (f"{100 * each[key]:.1f}" for key in ("precision", "recall", "f1"))
        table.add_row(each["emotion"], str(each["images"]), *shares, *(f"{share:.1f}" for share in row))
    return table


def _summary(found: Mapping[str, Any], files: Mapping[str, ModelFile]) -> Table:
    heads = ("acc. %", "95 %", "F1 %", "ECE %", "Brier", "NLL", "unseen %")
    table = _table(f"on {found['data']}, {found['split']}", ("model", "view", *heads))
    for name, file in files.items():
        one = found["files"][name]
        for view, whole in one["views"].items():
            calibration = whole["calibration"]
            table.add_row(
                file.title,
                view,
                *_accuracy(whole),
                f"{100 * whole['macro_f1']:.2f}",
                f"{100 * calibration['ece']:.2f}",
                f"{calibration['brier']:.3f}",
                f"{calibration['nll']:.3f}",
                f"{100 * one['deduplicated'][view]['accuracy']:.2f}" if one["deduplicated"] else "–",
            )
    return table


def _sets(title: str, found: Mapping[str, Any]) -> Table:
    beside = f"; better, worse and p against {found['against']}" if found["against"] else ""
    heads = ("images", "acc. %", "95 %", "F1 %", "recall %", "least %", "ECE %")
    table = _table(
        f"{title} on all sets, as on a device{beside}", ("set", *heads, *(("+", "-", "p") if beside else ()))
    )
    for each in found["sets"]:
        paired = each.get("against")
        table.add_row(
            each["set"],
            str(each["images"]),
            *_accuracy(each),
            *(f"{100 * share:.1f}" for share in (each["macro_f1"], each["macro_recall"], min(each["recall"].values()))),
            f"{100 * each['ece']:.1f}",
            *((str(paired["better"]), str(paired["worse"]), f"{paired['p']:.3g}") if paired else ()),
        )
    return table


def _accuracy(found: Mapping[str, Any]) -> tuple[str, str]:
    low, high = found["accuracy_interval"]
    return f"{100 * found['accuracy']:.2f}", f"{100 * low:.1f}–{100 * high:.1f}"


def _table(title: str, heads: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", box=None, padding=(0, 1, 0, 0))
    for head in heads:
        table.add_column(head, justify="left" if head in LEFT else "right", no_wrap=True)
    return table
