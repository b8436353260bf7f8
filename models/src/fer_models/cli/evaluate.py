"""fer-models evaluate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from fer_wire import EMOTIONS
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from fer_models.data.faces import Faces
from fer_models.data.sources import load_split
from fer_models.evaluate import Evaluation
from fer_models.evaluate import evaluate as evaluate_faces
from fer_models.manifest import read_manifest
from fer_models.runtime import Classifier


def evaluate(
    model: Annotated[Path, typer.Argument(help="An .onnx file, or the folder NAME/VERSION of a zoo.")],
    data: Annotated[Path, typer.Option(help="FER2013 as a zip or a folder.")],
    split: Annotated[str, typer.Option(help="Training, PublicTest or PrivateTest.")] = "PublicTest",
    threads: Annotated[int, typer.Option(min=1, help="CPU threads.")] = 1,
    json_: Annotated[bool, typer.Option("--json", help="One JSON document instead of tables.")] = False,
) -> None:
    """Measure accuracy, macro F1, figures per emotion and the confusion table of one model or of all its variants."""
    faces = load_split(data, split)
    found = {path.name: _evaluate_one(path, faces, threads) for path in _files(model)}
    if json_:
        typer.echo(json.dumps({"split": split, "files": {name: each.as_dict() for name, each in found.items()}}))
        return
    for name, evaluation in found.items():
        _show(f"{name} on {split}", evaluation)


def _files(model: Path) -> list[Path]:
    if not model.is_dir():
        return [model]
    return [model / variant.file for variant in read_manifest(model).variants]


def _evaluate_one(path: Path, faces: Faces, threads: int) -> Evaluation:
    classifier = Classifier(path, threads)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(path.name, total=len(faces))
        return evaluate_faces(classifier, faces, lambda done: progress.advance(task, done))


def _show(title: str, evaluation: Evaluation) -> None:
    table = Table(
        title=f"{title}: {evaluation.images} images, accuracy {100 * evaluation.accuracy:.2f} %, "
        f"macro F1 {100 * evaluation.macro_f1:.2f} %"
    )
    for head in ("label", "precision", "recall", "F1", *(f"→ {emotion}" for emotion in EMOTIONS)):
        table.add_column(head, justify="left" if head == "label" else "right")
    for each, row in zip(evaluation.emotions, evaluation.confusion, strict=True):
        shares = (f"{100 * share:.1f}" for share in (each.precision, each.recall, each.f1))
        table.add_row(each.emotion, *shares, *map(str, row))
    Console().print(table)
