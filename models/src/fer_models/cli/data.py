"""fer-models data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from fer_terminal.columns import FIGURE, Column, Row
from fer_wire import EMOTIONS

if TYPE_CHECKING:
    from fer_models.data.survey import StartProgress, Survey

OTHER_LABEL = "with another label"
DUPLICATES = (
    Column("split"), Column("among"), Column("exactly", 1, FIGURE), Column(OTHER_LABEL, 2, FIGURE),
    Column("nearly", 1, FIGURE), Column(f"nearly, {OTHER_LABEL}", 3, FIGURE),
)  # fmt: skip


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

    with _bars(quiet=json_) as start_progress:
        found = survey(data_, label_map, votes, start_progress, cache)
    if json_:
        typer.echo(json.dumps(found.as_dict()))
        return
    _print_images(found)
    _print_duplicates(found)
    for sentence in _sentences(found):
        typer.echo(sentence)


@contextmanager
def _bars(*, quiet: bool) -> Iterator[StartProgress]:
    """One bar for each task; the bars disappear at the end."""
    from fer_terminal.progress import bars

    with bars(quiet=quiet) as several:
        yield lambda title: several.begin(title).reach


def _print_images(found: Survey) -> None:
    from fer_terminal.listing import print_list

    splits, first = [part.split for part in found.parts], found.parts[0].split
    heads = (*splits, *(f"{how}, {first}" for how in found.class_weights))
    rows: list[Row] = []
    for emotion in EMOTIONS:
        weights = (f"{by_emotion[emotion]:.3f}" for by_emotion in found.class_weights.values())
        rows.append((emotion, *(part.emotions[emotion] for part in found.parts), *weights))
    rows.append(("all", *(part.images for part in found.parts), *("" for _ in found.class_weights)))
    columns = (Column("emotion"), *(Column(head, place, FIGURE) for place, head in enumerate(heads, start=1)))
    print_list(columns, rows, empty="", title="Images and class weights")


def _print_duplicates(found: Survey) -> None:
    from fer_terminal.listing import print_list

    rows = [
        (each.split, each.among, each.exact.images, each.exact.conflicting, each.near.images, each.near.conflicting)
        for each in found.duplicates
    ]
    print_list(DUPLICATES, rows, empty="", title="Images that occur again")


def _sentences(found: Survey) -> Iterator[str]:
    for part in found.parts:
        yield f"{part.split} was read in {part.seconds:.2f} s{', from the cache' if part.cached else ''}."
    if found.votes:
        yield f"{found.votes.matched} of the {found.votes.images} images of {found.votes.split} have votes."
