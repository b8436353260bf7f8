"""fer-controller export."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fer_controller.cli import options
from fer_controller.cli.fields import with_options
from fer_controller.export.files import CSV, PARQUET
from fer_controller.operations.filters import TypedEventFilter


class Format(StrEnum):
    """What can be written."""

    CSV = CSV
    PARQUET = PARQUET


@with_options
def export(
    out: Annotated[Path, typer.Option(help="The file to write; it appears when it is complete.")],
    wanted: TypedEventFilter,
    form: Annotated[
        Format | None, typer.Option("--format", help="csv or parquet; by default as --out ends, and csv otherwise.")
    ] = None,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Write events to a file, ascending by time."""
    from fer_controller.desk import events
    from fer_controller.export.files import suited, write

    chosen = form.value if form else suited(out)
    with options.desk(db, url, config) as desk:
        count = write(events.every(desk, wanted), out, chosen)
    if json_:
        options.print_line({"file": str(out), "format": chosen, "events": count, "size_bytes": out.stat().st_size})
    else:
        print(f"{count} events are in {out}.")
