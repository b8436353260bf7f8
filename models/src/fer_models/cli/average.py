"""fer-models average."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from fer_terminal.columns import FIGURE, WORDS, Column

from fer_models.cli.command_line import spoken
from fer_models.cli.steps import steps

COLUMNS = (Column("run", kind=WORDS), Column("accuracy %", 1, FIGURE), Column("log loss, nats", 2, FIGURE))


def average(
    checkpoint: Annotated[
        list[Path], typer.Option(help="checkpoint.pt of a run; repeat it for each run. All must have the same --start.")
    ],
    data: Annotated[list[Path], typer.Option(help="The images that the runs were trained on.")],
    out: Annotated[Path, typer.Option(help="Folder for the mean network's checkpoint.pt and average.json.")],
    start: Annotated[
        Path | None, typer.Option(help="The runs' --start, to be averaged too: less of what it knew is lost.")
    ] = None,
    label_map: Annotated[Path | None, typer.Option(help="As for train.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="average.json instead of a table.")] = False,
) -> None:
    """Average several networks that started from the same weights into one, which costs no more to run than each."""
    from fer_models.data.ferplus import NONE
    from fer_models.training.averaging import AveragingRequest, average
    from fer_models.training.datasets import DataSources

    request = AveragingRequest(tuple(checkpoint), out, spoken(), start)
    with steps(quiet=json_) as on_step:
        outcome = average(request, DataSources(tuple(data), label_map, NONE), on_step)
    if json_:
        typer.echo(json.dumps(outcome))
        return
    _show(outcome, out)


def _show(outcome: dict[str, Any], out: Path) -> None:
    from fer_terminal.listing import print_list

    rows = [(each["run"], *_cells(each)) for each in outcome["averaged"]]
    title = f"{out}: on the held-out training images, if there are any"
    print_list(COLUMNS, [*rows, ("their average", *_cells(outcome))], empty="", title=title)


def _cells(figures: dict[str, Any]) -> tuple[str | None, str | None]:
    accuracy, loss = figures.get("held_out_accuracy"), figures.get("held_out_loss")
    return (None, None) if accuracy is None else (f"{100 * accuracy:.2f}", f"{loss:.3f}")
