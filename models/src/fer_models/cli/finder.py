"""fer-models finder: train, export and evaluate the network that finds faces."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from fer_models.cli import eyes_options
from fer_models.cli.run_log import logging, reading

if TYPE_CHECKING:
    from fer_models.eyes.evaluation.recall import Result, Tally

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
    with reading() as progress:
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
    checkpoint: Annotated[Path, typer.Argument(help="checkpoint.pt of a run, finished or not.")],
    out: Annotated[Path, typer.Option(help="The .onnx file to write.")] = Path("finder.onnx"),
    json_: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Write a run's averaged weights as .onnx: opset 13, three maps of cells; decoding stays outside."""
    from fer_models.eyes.finder.lesson import KIND
    from fer_models.eyes.finder.network import Finder
    from fer_models.eyes.finder.onnx_file import export_finder
    from fer_models.eyes.finder.onnx_finder import OnnxFinder
    from fer_models.eyes.learning.checkpoint import AVERAGE, read_state

    state = read_state(checkpoint, KIND)
    model = Finder()
    model.load_state_dict(state[AVERAGE])
    export_finder(model, out)
    OnnxFinder(out)
    parameters = sum(each.numel() for each in model.parameters())
    told = {"file": str(out), "bytes": out.stat().st_size, "parameters": parameters, "samples": state["seen"]}
    if json_:
        typer.echo(json.dumps(told))
    else:
        typer.echo(
            "wrote {file}: {bytes} bytes, {parameters} parameters, learned from {samples} samples".format(**told)
        )


@finder.command("evaluate")
def evaluate(
    files: Annotated[list[Path], typer.Argument(help=".onnx files of finders.")],
    data: Data,
    score: Annotated[
        list[float] | None, typer.Option(min=0.01, max=0.99, help="Score from which a face counts; repeatable.")
    ] = None,
    yunet: Annotated[Path | None, typer.Option(help="yunet_n.onnx, to be measured beside them.")] = None,
    dlib: Annotated[bool, typer.Option("--dlib", help="Measure dlib's HOG as the agent uses it beside them.")] = False,
    most: Annotated[int, typer.Option(min=1, help="Pictures of each kind.")] = 100,
    out: Annotated[Path | None, typer.Option(help="Folder for pictures of what the first found and missed.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="One JSON document instead of a table.")] = False,
) -> None:
    """Measure recall by yaw, roll, size, light and occlusion, and false faces, on the held-out eighth of the data."""
    from fer_models.eyes.data.library import read_library
    from fer_models.eyes.evaluation.cases import cases
    from fer_models.eyes.evaluation.gallery import draw
    from fer_models.eyes.evaluation.recall import FaceFinder, measured
    from fer_models.eyes.finder.cells import MIN_SCORE
    from fer_models.eyes.finder.onnx_finder import OnnxFinder

    finders: list[FaceFinder] = [OnnxFinder(file, least) for file in files for least in score or [MIN_SCORE]]
    finders += _peers(yunet, dlib=dlib)
    with reading() as progress:
        pictures = list(cases(read_library(data, held=True, progress=progress), most))
    results = [measured(each, pictures) for each in finders]
    drawn = draw(finders[0], pictures, out) if out else []
    if json_:
        typer.echo(json.dumps([asdict(result) for result in results], ensure_ascii=False))
        return
    Console().print(_table(results))
    for path in drawn:
        typer.echo(f"wrote {path}")


def _peers(yunet: Path | None, *, dlib: bool) -> Iterator[Any]:
    if yunet is not None:
        from fer_models.eyes.evaluation.peers.yunet import YuNet

        yield YuNet(yunet)
    if dlib:
        from fer_models.eyes.evaluation.peers.dlib_hog import DlibHog

        yield DlibHog()
        yield DlibHog(upsample=1)


def _table(results: Sequence[Result]) -> Table:
    table = Table(title="faces found in %, false faces in brackets", title_justify="left", box=None)
    for head in ("pictures", "faces", *(result.finder for result in results)):
        table.add_column(head, justify="left" if head == "pictures" else "right")
    for name, first in results[0].tallies.items():
        tallies = [result.tallies[name] for result in results]
        table.add_row(f"{name}, {first.pictures}", str(first.faces), *map(_cell, tallies))
    table.add_row("CPU ms for 640×480", "", *map(_cpu_ms, results))
    return table


def _cell(tally: Tally) -> str:
    share = f"{100 * tally.recall:.1f} " if tally.faces else ""
    return f"{share}({tally.false})"


def _cpu_ms(result: Result) -> str:
    """Mean over the pictures of a camera's size."""
    from fer_models.eyes.evaluation.cases import OWN_SIZE

    tallies = [tally for name, tally in result.tallies.items() if name not in OWN_SIZE]
    return f"{sum(tally.cpu_ms for tally in tallies) / max(sum(tally.pictures for tally in tallies), 1):.1f}"
