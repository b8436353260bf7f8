"""fer-controller export."""

from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fer_controller.cli import options
from fer_controller.cli.fields import with_options
from fer_controller.export.files import CSV, PARQUET
from fer_controller.operations.filters import TypedEventFilter
from fer_controller.store.filter import OPEN_ENDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from fer_controller.desk.desk import Desk
    from fer_controller.store.events.records import StoredEvent


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
    per_day: Annotated[
        bool,
        typer.Option("--per-day", help="Make --out a folder with a Parquet file for each past day of arrival (UTC)."),
    ] = False,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Write events to a file in order of time, or with --per-day to a file for each day; existing files stay."""
    if per_day and form is Format.CSV:
        raise typer.BadParameter("--per-day writes Parquet files; leave --format out.")
    if per_day and (wanted.since, wanted.until) != OPEN_ENDS:
        raise typer.BadParameter("--per-day writes whole days; leave --since and --until out.")
    with options.desk(db, url, config) as desk:
        if per_day:
            _export_days(desk, wanted, out, json_=json_)
        else:
            _export_file(desk, wanted, out, form, json_=json_)


def _export_file(desk: "Desk", wanted: TypedEventFilter, out: Path, form: Format | None, *, json_: bool) -> None:
    from fer_terminal.progress import is_shown

    from fer_controller.desk import events
    from fer_controller.export.files import suited, write

    chosen = form.value if form else suited(out)
    total = sum(day.events for day in events.days(desk, wanted)) if is_shown(quiet=json_) else None
    with _progress("events", total, quiet=json_) as watched:
        count = write(watched(events.every(desk, wanted)), out, chosen)
    if json_:
        options.print_line({"file": str(out), "format": chosen, "events": count, "size_bytes": out.stat().st_size})
    else:
        print(f"{count} events are in {out}.")


def _export_days(desk: "Desk", wanted: TypedEventFilter, folder: Path, *, json_: bool) -> None:
    from fer_controller.desk import events
    from fer_controller.export.days import WHY_NOT, WRITTEN, DayFiles

    days, files = events.days(desk, wanted), DayFiles(folder, wanted)
    for day in days:
        place = files.place(day.day)
        outcome, count = files.outcome(day.day, day.events, over=day.over, whole=day.whole), day.events
        if outcome == WRITTEN:
            with _progress(day.day, day.events, quiet=json_) as watched:
                count = files.write(day.day, watched(events.of_day(desk, wanted, day)))
        if json_:
            options.print_line({"day": day.day, "file": str(place), "events": count, "outcome": outcome})
        elif outcome == WRITTEN:
            print(f"{day.day}: {count} events are in {place}.")
        else:
            print(f"{day.day} {WHY_NOT[outcome]}.")
    if not days and not json_:
        print("No events match.")


@contextmanager
def _progress(
    what: str, total: int | None, *, quiet: bool
) -> "Iterator[Callable[[Iterable[StoredEvent]], Iterable[StoredEvent]]]":
    """A bar on a terminal, which counts what passes."""
    from fer_terminal.progress import bar

    with bar(what, total, quiet=quiet) as shown:
        yield shown.over
