"""fer-models data."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from fer_wire import EMOTIONS
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

if TYPE_CHECKING:
    from fer_models.data.survey import StartProgress, Survey

OTHER_LABEL = "of them with another label"
WORDS = ("emotion", "split", "among")


def data(
    data_: Annotated[
        list[Path],
        typer.Option("--data", help="FER2013 as zip, folder or CSV, or an image folder; repeat it to add more."),
    ],
    label_map: Annotated[
        Path | None, typer.Option(help="For an image folder: JSON or TOML from its classes to emotions.")
    ] = None,
    votes: Annotated[Path | None, typer.Option(help="FER+ votes on these images.")] = None,
    cache: Annotated[
        bool,
        typer.Option(
            help="Use images that were decoded before, and store those decoded now; FER_MODELS_CACHE is the folder."
        ),
    ] = True,
    json_: Annotated[bool, typer.Option("--json", help="One JSON document instead of tables.")] = False,
) -> None:
    """Say what data sets contain: images by emotion, duplicates and contradicting labels, class weights, votes."""
    from fer_models.data.survey import survey

    with _bars() as start_progress:
        found = survey(data_, label_map, votes, start_progress, cache)
    if json_:
        typer.echo(json.dumps(found.as_dict()))
        return
    console = Console()
    console.print(_images(found), _duplicates(found))
    console.print(*_sentences(found), sep="\n", highlight=False)


@contextmanager
def _bars() -> Iterator[StartProgress]:
    """One bar for each task; the bars disappear at the end."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:

        def start(title: str) -> Callable[[int, int], None]:
            task = progress.add_task(title, total=None)
            return lambda done, total: progress.update(task, completed=done, total=total)

        yield start


def _images(found: Survey) -> Table:
    splits, first = [part.split for part in found.parts], found.parts[0].split
    table = _table("Images and class weights", "emotion", *splits, *(f"{how}, {first}" for how in found.class_weights))
    for emotion in EMOTIONS:
        weights = (f"{by_emotion[emotion]:.3f}" for by_emotion in found.class_weights.values())
        table.add_row(emotion, *(str(part.emotions[emotion]) for part in found.parts), *weights)
    table.add_row("all", *(str(part.images) for part in found.parts))
    return table


def _duplicates(found: Survey) -> Table:
    table = _table("Images that occur again", "split", "among", "exactly", OTHER_LABEL, "nearly", OTHER_LABEL)
    for each in found.duplicates:
        twins = (each.exact.images, each.exact.conflicting, each.near.images, each.near.conflicting)
        table.add_row(each.split, each.among, *map(str, twins))
    return table


def _sentences(found: Survey) -> Iterator[str]:
    for part in found.parts:
        yield f"{part.split} was read in {part.seconds:.2f} s{', from the cache' if part.cached else ''}."
    if found.votes:
        yield f"{found.votes.matched} of the {found.votes.images} images of {found.votes.split} have votes."


def _table(title: str, *heads: str) -> Table:
    table = Table(title=title)
    for head in heads:
        table.add_column(head, justify="left" if head in WORDS else "right")
    return table
