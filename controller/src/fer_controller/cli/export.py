"""fer-controller export."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fer_controller.cli import options
from fer_controller.cli.events import event_filter
from fer_controller.export.files import CSV, PARQUET


class Format(StrEnum):
    """What can be written."""

    CSV = CSV
    PARQUET = PARQUET


def export(
    out: Annotated[Path, typer.Option(help="The file to write; it appears when it is whole.")],
    form: Annotated[Format, typer.Option("--format", help="csv or parquet.")] = Format.CSV,
    db: options.Db = None,
    device: options.Device = None,
    camera: options.Camera = None,
    emotion: options.Emotion = None,
    kind: options.Kind = None,
    track: options.Track = None,
    since: options.Since = None,
    until: options.Until = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Write events to a file, ascending by time."""
    from fer_controller.desk import events
    from fer_controller.export.files import write

    wanted = event_filter(device, camera, emotion, kind, track, since, until)
    with options.desk(db, url, config) as desk:
        count = write(events.every(desk, wanted), out, form)
    if json_:
        options.print_line({"file": str(out), "format": form.value, "events": count, "size_bytes": out.stat().st_size})
    else:
        print(f"{count} events are in {out}.")
