"""fer-models evaluate."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from fer_wire import EMOTIONS
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from fer_models.cli.command_line import spoken
from fer_models.evaluation.document import document, evaluate_file, write
from fer_models.evaluation.files import ModelFile, model_files
from fer_models.evaluation.images import EvaluationImages, load_images
from fer_models.evaluation.views import ALL, FLIP, LOOKS, SINGLE, TEN_CROP, VIEWS

SHORT = 4


class Views(StrEnum):
    """The values of the option."""

    SINGLE = SINGLE
    FLIP = FLIP
    TEN_CROP = TEN_CROP
    ALL = ALL


def evaluate(
    models: Annotated[list[Path], typer.Argument(help=".onnx files, or folders NAME/VERSION of a zoo.")],
    data: Annotated[Path, typer.Option(help="FER2013 as zip, folder or CSV, or another folder of images.")],
    split: Annotated[str, typer.Option(help="Training, PublicTest or PrivateTest.")] = "PublicTest",
    views: Annotated[
        Views, typer.Option(help="The image alone, the mean with its mirror image, the mean over ten crops, or all.")
    ] = Views.SINGLE,
    label_map: Annotated[
        Path | None, typer.Option(help="JSON or TOML that names the emotion of each class folder.")
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="CPU threads.")] = 1,
    out: Annotated[
        Path | None, typer.Option(help="Folder for evaluate-MODEL.json and pictures of confusion and reliability.")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="One JSON document instead of tables.")] = False,
) -> None:
    """Measure accuracy, macro F1, each emotion, confusion and calibration, with and without images seen in training."""
    files = model_files(models)
    images = load_images(data, split, label_map)
    chosen = VIEWS if views is Views.ALL else (views.value,)
    found = document(spoken(), data, split, chosen, images, _measure(files, images, chosen, threads))
    paths = write(found, files, out) if out else []
    if json_:
        typer.echo(json.dumps(found, ensure_ascii=False))
    else:
        _show(found, files, paths)


def _measure(
    files: Mapping[str, ModelFile], images: EvaluationImages, views: Sequence[str], threads: int
) -> dict[str, Any]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    total = len(images.faces) * sum(LOOKS[view] for view in views)
    found = {}
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        for name, file in files.items():
            advance = partial(progress.advance, progress.add_task(file.title, total=total))
            found[name] = evaluate_file(file, images, views, threads, advance)
    return found


def _show(found: Mapping[str, Any], files: Mapping[str, ModelFile], paths: Sequence[Path]) -> None:
    console = Console()
    for name, file in files.items():
        console.print(_emotions(f"{file.title} on {found['split']}", found["files"][name]))
    console.print(_summary(found, files))
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


def _accuracy(found: Mapping[str, Any]) -> tuple[str, str]:
    low, high = found["accuracy_interval"]
    return f"{100 * found['accuracy']:.2f}", f"{100 * low:.1f}–{100 * high:.1f}"


def _table(title: str, heads: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", box=None, padding=(0, 1, 0, 0))
    for head in heads:
        table.add_column(head, justify="left" if head in {"label", "model", "view"} else "right", no_wrap=True)
    return table
