"""fer-models finder evaluate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from fer_terminal.columns import FIGURE, Column, Row

from fer_models.cli.records import Record, recorded
from fer_models.cli.run_log import reading

if TYPE_CHECKING:
    from fer_models.evaluation.files import ModelFile
    from fer_models.eyes.evaluation.recall import FaceFinder, Result, Tally


def evaluate(
    files: Annotated[list[Path], typer.Argument(help=".onnx files of finders, or zoo entries.")],
    data: Annotated[Path, typer.Option(help="Folder with scenes.zip, landmarks.zip and the other archives of faces.")],
    score: Annotated[
        list[float] | None, typer.Option(min=0.01, max=0.99, help="Score from which a face counts; repeatable.")
    ] = None,
    precision: Annotated[
        list[str] | None, typer.Option(help="Of zoo entries, this precision alone; repeatable. By default all.")
    ] = None,
    landmarker: Annotated[
        Path | None,
        typer.Option(help=".onnx file or zoo entry: measure each finder also with it, as the agent asks both."),
    ] = None,
    yunet: Annotated[Path | None, typer.Option(help="yunet_n.onnx, to be measured beside them.")] = None,
    dlib: Annotated[bool, typer.Option("--dlib", help="Measure dlib's HOG as the agent uses it beside them.")] = False,
    clip: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE=FACES", help="A video, and how many faces each frame shows; repeatable."),
    ] = None,
    most: Annotated[int, typer.Option(min=1, help="Pictures of each kind.")] = 100,
    record: Record = None,
    out: Annotated[Path | None, typer.Option(help="Folder for pictures of what the first found and missed.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="One JSON document instead of a table.")] = False,
) -> None:
    """Measure recall by yaw, roll, size, light and occlusion, and false faces, on the held-out eighth of the data."""
    from fer_terminal.progress import bars

    from fer_models.evaluation.files import model_files
    from fer_models.eyes.data.library import read_library
    from fer_models.eyes.evaluation.cases import cases
    from fer_models.eyes.evaluation.clips import counted, read_clip
    from fer_models.eyes.evaluation.gallery import draw
    from fer_models.eyes.evaluation.recall import measured

    chosen = [each for each in model_files(files).values() if each.is_of(precision)]
    finders = [*_alone(chosen, score), *_confirmed(chosen, landmarker), *_peers(yunet, dlib=dlib)]
    clips = [read_clip(each) for each in clip or ()]
    with reading(quiet=json_) as progress:
        pictures = list(cases(read_library(data, held=True, progress=progress), most))
    with bars(quiet=json_) as several:
        results = [measured(each, several.begin(each.name, len(pictures)).over(pictures)) for each in finders]
    for result, each in zip(results, finders, strict=True):
        result.clips.update({one.name: counted(each, one) for one in clips})
    drawn = draw(finders[0], pictures, out) if out else []
    document = recorded(record, [asdict(result) for result in results])
    if json_:
        typer.echo(document)
        return
    _print_table(results)
    for path in drawn:
        typer.echo(f"wrote {path}")


def _alone(finders: Sequence[ModelFile], scores: Sequence[float] | None) -> Iterator[FaceFinder]:
    """Each finder at each score, or at the usual one."""
    from fer_models.eyes.finder.cells import MIN_SCORE
    from fer_models.eyes.finder.onnx_finder import OnnxFinder

    for file in finders:
        yield from (OnnxFinder(file.path, least, name=file.title) for least in scores or [MIN_SCORE])


def _confirmed(finders: Sequence[ModelFile], landmarker: Path | None) -> Iterator[FaceFinder]:
    """Each finder with the landmarker's file of its own precision, or the only one that there is."""
    if landmarker is None:
        return
    from fer_models.evaluation.files import model_files
    from fer_models.eyes.confirmed import NEW_SCORE, ConfirmedFinder
    from fer_models.eyes.finder.onnx_finder import OnnxFinder
    from fer_models.eyes.landmarker.onnx_landmarker import landmarker_of

    files = list(model_files([landmarker]).values())
    for file in finders:
        suited = next((each for each in files if each.is_of([file.precision])), files[0])
        yield ConfirmedFinder(
            OnnxFinder(file.path, NEW_SCORE).find, landmarker_of(suited.path), f"{file.title} with {suited.title}"
        )


def _peers(yunet: Path | None, *, dlib: bool) -> Iterator[FaceFinder]:
    if yunet is not None:
        from fer_models.eyes.evaluation.peers.yunet import YuNet

        yield YuNet(yunet)
    if dlib:
        from fer_models.eyes.evaluation.peers.dlib_hog import DlibHog

        yield DlibHog()
        yield DlibHog(upsample=1)


def _print_table(results: Sequence[Result]) -> None:
    from fer_terminal.listing import print_list

    names = (result.finder for result in results)
    columns = (Column("pictures"), Column("faces", kind=FIGURE), *(Column(name, kind=FIGURE) for name in names))
    rows: list[Row] = [
        (f"{name}, {first.pictures}", first.faces, *(_cell(each.tallies[name]) for each in results))
        for name, first in results[0].tallies.items()
    ]
    for name, first in results[0].clips.items():
        row = f"frames of {name}, {first.pictures}"
        rows.append((row, first.faces, *(_cell(each.clips[name]) for each in results)))
    rows.append(("CPU ms for 640×480", None, *map(_cpu_ms, results)))
    print_list(columns, rows, empty="", title="faces found in %, false faces in brackets")


def _cell(tally: Tally) -> str:
    share = f"{100 * tally.recall:.1f} " if tally.faces else ""
    return f"{share}({tally.false})"


def _cpu_ms(result: Result) -> str:
    """Mean over the pictures of a camera's size."""
    from fer_models.eyes.evaluation.cases import OWN_SIZE

    tallies = [tally for name, tally in result.tallies.items() if name not in OWN_SIZE]
    return f"{sum(tally.cpu_ms for tally in tallies) / max(sum(tally.pictures for tally in tallies), 1):.1f}"
