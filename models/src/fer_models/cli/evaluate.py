"""fer-models evaluate."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from fer_models.cli.command_line import spoken
from fer_models.cli.evaluate_tables import show
from fer_models.data.ferplus import AUTO, votes_file
from fer_models.evaluation.across import answers
from fer_models.evaluation.document import Comparison, document, evaluate_file, write
from fer_models.evaluation.files import ModelFile, model_files
from fer_models.evaluation.images import EvaluationImages, load_images
from fer_models.evaluation.sets import FaceSet, face_sets
from fer_models.evaluation.views import ALL, FLIP, LOOKS, SINGLE, TEN_CROP, VIEWS
from fer_models.model_files.finished import model_file
from fer_models.model_files.runtime import Classifier


class Views(StrEnum):
    """The values of the option."""

    SINGLE = SINGLE
    FLIP = FLIP
    TEN_CROP = TEN_CROP
    ALL = ALL


def evaluate(
    models: Annotated[list[Path], typer.Argument(help=".onnx files, or folders NAME/VERSION of a zoo.")],
    data: Annotated[
        list[Path],
        typer.Option(
            help="FER2013 as zip, folder or CSV, or another folder of images; repeat it for one table of all."
        ),
    ],
    split: Annotated[str, typer.Option(help="Training, PublicTest or PrivateTest.")] = "PublicTest",
    views: Annotated[
        Views, typer.Option(help="The image alone, the mean with its mirror image, the mean over ten crops, or all.")
    ] = Views.SINGLE,
    votes: Annotated[
        str, typer.Option(help="FER+ votes on the first: a CSV, auto (ferplus_votes.csv beside it, if any), or none.")
    ] = AUTO,
    poor_pictures: Annotated[
        bool,
        typer.Option("--poor-pictures", help="Measure in little light, out of focus, from afar and compressed too."),
    ] = False,
    against: Annotated[
        Path | None,
        typer.Option(help="A model to compare with on the same faces (McNemar's test): .onnx or zoo entry."),
    ] = None,
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
    images = load_images(data[0], split, label_map)
    sets = face_sets(data, split, images.faces, votes_file(data[:1], votes), label_map, poor_pictures=poor_pictures)
    beside = _beside(sets, against, threads) if against or len(sets) > 1 else None
    chosen = VIEWS if views is Views.ALL else (views.value,)
    measured = _measure(files, images, chosen, threads, beside, quiet=json_)
    found = document(spoken(), data[0], split, chosen, images, measured)
    paths = write(found, files, out) if out else []
    if json_:
        typer.echo(json.dumps(found, ensure_ascii=False))
    else:
        show(found, files, paths)


def _beside(sets: Sequence[FaceSet], against: Path | None, threads: int) -> Comparison:
    if against is None:
        return Comparison(sets)
    other = next(each for each in model_files([against]).values() if each.path == model_file(against))
    return Comparison(sets, other.title, answers(Classifier(other.path, threads), sets))


def _measure(
    files: Mapping[str, ModelFile],
    images: EvaluationImages,
    views: Sequence[str],
    threads: int,
    beside: Comparison | None,
    *,
    quiet: bool,
) -> dict[str, Any]:
    from fer_terminal.progress import bars

    total = len(images.faces) * sum(LOOKS[view] for view in views)
    total += sum(len(each.faces) for each in beside.sets) if beside else 0
    found: dict[str, Any] = {}
    with bars(quiet=quiet) as several:
        for name, file in files.items():
            advance = several.begin(file.title, total).advance
            is_first = file.group not in {files[other].group for other in found}
            found[name] = evaluate_file(file, images, views, threads, advance, beside if is_first else None)
    return found
