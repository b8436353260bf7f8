"""fer-models finder: train, export and evaluate the network that finds faces."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from fer_models.cli import eyes_export, eyes_options
from fer_models.cli.eyes_entry import ZOO, Command, Commit, EntryName, Origin, Out, Version, publish
from fer_models.cli.finder_evaluate import evaluate
from fer_models.cli.run_log import logging, reading

finder = typer.Typer(no_args_is_help=True, help="The network that finds faces: train, export and evaluate it.")

JUDGED = 40
MEASURED = 256
"""Training pictures on which the batch norms of a finished model are measured."""

Data = Annotated[Path, typer.Option(help="Folder with scenes.zip, landmarks.zip and the other archives of faces.")]


@finder.command("train")
def train(
    data: Data,
    out: eyes_options.RunFolder = Path("runs/finder"),
    samples: eyes_options.Samples = 1_000_000,
    batch: eyes_options.Batch = 16,
    rate: eyes_options.Rate = 2e-3,
    px: Annotated[
        int, typer.Option(min=64, max=640, help="Side of the largest samples; the smallest have half of it.")
    ] = 256,
    start: eyes_options.Start = None,
    seed: eyes_options.Seed = 1,
    threads: eyes_options.Threads = 1,
    json_: eyes_options.JsonLines = False,
) -> None:
    """Train a finder on scenes, portraits and pictures without faces; an eighth of all is held out by person."""
    import torch

    from fer_models.eyes.data.library import read_library
    from fer_models.eyes.finder.lesson import KIND, FinderLesson, judge
    from fer_models.eyes.finder.network import Finder
    from fer_models.eyes.finder.pictures import training_pictures
    from fer_models.eyes.learning.beginning import load_weights
    from fer_models.eyes.learning.run import LearningRun
    from fer_models.eyes.learning.schedule import Plan

    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    with reading(quiet=json_) as progress:
        seen, held = (read_library(data, held=part, progress=progress) for part in (False, True))
    lesson = FinderLesson(seen, px, judge(held, JUDGED))
    plan = Plan(samples=samples, batch=batch, peak_rate=rate, seed=seed)
    begin = (
        partial(load_weights, source=start, kind=KIND, pictures=partial(training_pictures, seen, MEASURED))
        if start
        else None
    )
    run = LearningRun(lesson, Finder(), plan, out, begin)
    with logging(json_) as (watch, tell):
        run.fit(watch, tell)


@finder.command("export")
def export(
    checkpoint: eyes_export.Checkpoint,
    out: eyes_export.OnnxFile = Path("finder.onnx"),
    json_: eyes_export.Json = False,
) -> None:
    """Write a run's averaged weights as .onnx: opset 13, three maps of cells; decoding stays outside."""
    from fer_models.eyes.finder.lesson import KIND
    from fer_models.eyes.finder.network import Finder
    from fer_models.eyes.finder.onnx_file import export_finder
    from fer_models.eyes.finder.onnx_finder import OnnxFinder

    form = eyes_export.OnnxFormat(KIND, export_finder, OnnxFinder)
    eyes_export.export_averaged(Finder(), form, checkpoint, out, json_=json_)


@finder.command("release")
def release(
    source: Origin,
    data: Data,
    out: Out = ZOO,
    name: EntryName = "finder",
    version: Version = "0.1.0",
    commit: Commit = "",
    command: Command = "",
    most: Annotated[int, typer.Option(min=1, help="Pictures of each kind for the figures.")] = 100,
) -> None:
    """Make a zoo entry: fp32, fp16 and int8 files, their figures on held-out pictures, manifest, golden batch, card."""
    from fer_models.zoo.eyes.finder import FinderMaker

    publish(FinderMaker(data, most), source, data, out, name, version, commit, command)


finder.command("evaluate")(evaluate)
