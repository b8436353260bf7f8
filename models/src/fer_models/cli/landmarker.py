"""fer-models landmarker: train, export and evaluate the network that marks 68 landmarks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from fer_terminal.columns import FIGURE, Column, Row

from fer_models.cli import eyes_export, eyes_options
from fer_models.cli.eyes_entry import ZOO, Command, Commit, EntryName, Origin, Out, Version, publish
from fer_models.cli.records import Record, recorded
from fer_models.cli.run_log import logging, reading

if TYPE_CHECKING:
    from fer_models.eyes.data.library import Source
    from fer_models.eyes.landmarker.lookalikes import Lookalike

landmarker = typer.Typer(
    no_args_is_help=True, help="The network that marks 68 landmarks on a found face: train, export and evaluate it."
)

JUDGED = 300
DOUBTFUL = 0.15
"""The score from which a finder's mistakes are shown to the landmarker."""

MEASURED = 2048
"""Training crops on which the batch norms of a finished model are measured."""

Data = Annotated[Path, typer.Option(help="Folder with landmarks.zip, profiles.zip and the other archives of faces.")]


@landmarker.command("train")
def train(
    data: Data,
    out: eyes_options.RunFolder = Path("runs/landmarker"),
    samples: eyes_options.Samples = 3_000_000,
    batch: eyes_options.Batch = 64,
    rate: eyes_options.Rate = 2e-3,
    start: eyes_options.Start = None,
    finder: Annotated[
        Path | None, typer.Option(help=".onnx file of a finder; what it takes for a face teaches that there is none.")
    ] = None,
    seed: eyes_options.Seed = 1,
    threads: eyes_options.Threads = 1,
    json_: eyes_options.JsonLines = False,
) -> None:
    """Train a landmarker on portraits and profiles; an eighth of them is held out by person."""
    import torch

    from fer_models.eyes.data.head import average_head
    from fer_models.eyes.data.library import read_library
    from fer_models.eyes.landmarker.held_out import judge, true_faces
    from fer_models.eyes.landmarker.lesson import KIND, LandmarkerLesson
    from fer_models.eyes.landmarker.network import Landmarker
    from fer_models.eyes.landmarker.pictures import training_crops
    from fer_models.eyes.landmarker.sample import Cropper, marked
    from fer_models.eyes.learning.beginning import load_weights
    from fer_models.eyes.learning.run import LearningRun
    from fer_models.eyes.learning.schedule import Plan

    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    with reading(quiet=json_) as progress:
        seen, held = (read_library(data, held=part, progress=progress) for part in (False, True))
    head = average_head(source.faces for source in seen.portraits)
    cropper = Cropper(marked(seen.portraits, head), seen.backgrounds, head, _lookalikes(finder, seen.backgrounds))
    lesson = LandmarkerLesson(cropper, judge(true_faces(held.portraits, head), JUDGED))
    plan = Plan(samples=samples, batch=batch, peak_rate=rate, warm_up=20_000, weight_decay=0.01, seed=seed)
    begin = (
        partial(load_weights, source=start, kind=KIND, pictures=partial(training_crops, cropper, MEASURED))
        if start
        else None
    )
    run = LearningRun(lesson, Landmarker(), plan, out, begin)
    with logging(json_) as (watch, tell):
        run.fit(watch, tell)


def _lookalikes(finder: Path | None, backgrounds: Sequence[Source]) -> list[Lookalike]:
    from fer_models.eyes.finder.onnx_finder import OnnxFinder
    from fer_models.eyes.landmarker.lookalikes import lookalikes

    return [] if finder is None else lookalikes(backgrounds, OnnxFinder(finder, DOUBTFUL).find)


@landmarker.command("export")
def export(
    checkpoint: eyes_export.Checkpoint,
    out: eyes_export.OnnxFile = Path("landmarker.onnx"),
    json_: eyes_export.Json = False,
) -> None:
    """Write a run's averaged weights as .onnx: opset 13; landmarks, their visibility and the head's angles."""
    from fer_models.eyes.landmarker.lesson import KIND
    from fer_models.eyes.landmarker.network import Landmarker
    from fer_models.eyes.landmarker.onnx_file import export_landmarker, onnx_marker

    form = eyes_export.OnnxFormat(KIND, export_landmarker, onnx_marker)
    eyes_export.export_averaged(Landmarker(), form, checkpoint, out, json_=json_)


@landmarker.command("release")
def release(
    source: Origin,
    data: Data,
    out: Out = ZOO,
    name: EntryName = "landmarker",
    version: Version = "0.1.0",
    commit: Commit = "",
    command: Command = "",
    most: Annotated[int, typer.Option(min=1, help="Faces for the figures.")] = 100000,
) -> None:
    """Make a zoo entry: fp32, fp16 and int8 files, their figures on held-out pictures, manifest, golden batch, card."""
    from fer_models.zoo.eyes.landmarker import LandmarkerMaker

    publish(LandmarkerMaker(data, most), source, data, out, name, version, commit, command)


@landmarker.command("evaluate")
def evaluate(
    files: Annotated[list[Path], typer.Argument(help=".onnx files of landmarkers, or zoo entries.")],
    data: Data,
    precision: Annotated[
        list[str] | None, typer.Option(help="Of zoo entries, this precision alone; repeatable. By default all.")
    ] = None,
    dlib: Annotated[bool, typer.Option("--dlib", help="Measure dlib's 68 landmarks beside them.")] = False,
    record: Record = None,
    json_: Annotated[bool, typer.Option("--json", help="One JSON document instead of a table.")] = False,
) -> None:
    """Measure the landmarks' error by yaw on the held-out eighth of the data, in percent of the face's size."""
    from fer_terminal.progress import bars

    from fer_models.evaluation.files import model_files
    from fer_models.eyes.data.head import average_head
    from fer_models.eyes.data.library import read_library
    from fer_models.eyes.evaluation.landmark_error import LandmarkMarker, measured
    from fer_models.eyes.landmarker.held_out import true_faces
    from fer_models.eyes.landmarker.onnx_file import onnx_marker

    chosen = [each for each in model_files(files).values() if each.is_of(precision)]
    markers: list[LandmarkMarker] = [onnx_marker(file.path, name=file.title) for file in chosen]
    if dlib:
        from fer_models.eyes.evaluation.peers.dlib_marker import DlibMarker

        markers.append(DlibMarker())
    with reading(quiet=json_) as progress:
        seen, held = (read_library(data, held=part, progress=progress) for part in (False, True))
    faces = true_faces(held.portraits, average_head(source.faces for source in seen.portraits))
    with bars(quiet=json_) as several:
        results = {each.name: measured(each, several.begin(each.name, len(faces)).over(faces)) for each in markers}
    document = recorded(record, results)
    if json_:
        typer.echo(document)
    else:
        _print_table(results)


def _print_table(results: dict[str, dict[str, dict[str, float]]]) -> None:
    from fer_terminal.listing import print_list

    columns = (Column("faces"), Column("count", kind=FIGURE), *(Column(name, kind=FIGURE) for name in results))
    rows: list[Row] = [
        (kind, first["faces"], *(_cell(each[kind]) for each in results.values()))
        for kind, first in next(iter(results.values())).items()
    ]
    title = "mean error in % of the face: all landmarks that count / the inner 51; yaw in degrees"
    print_list(columns, rows, empty="", title=title)


def _cell(means: dict[str, float]) -> str:
    yaw = f"; {means['yaw_degrees']:.1f}°" if "yaw_degrees" in means else ""
    return f"{means['percent']:.2f} / {means['inner_percent']:.2f}{yaw}"
