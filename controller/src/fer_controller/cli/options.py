"""Options and output that several commands share."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fer_controller.settings import Settings, load
from fer_controller.store.contract import Reader

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from fer_controller.store.retention import RollupReader

WIDTH_WITHOUT_TERMINAL = 200

Db = Annotated[Path | None, typer.Option("--db", help="The SQLite database; by default fleet.db.")]
Config = Annotated[Path | None, typer.Option("--config", help="A TOML file with settings.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]
Device = Annotated[str | None, typer.Option("--device", help="Only this device.")]
Camera = Annotated[str | None, typer.Option("--camera", help="Only this camera.")]
Emotion = Annotated[str | None, typer.Option("--emotion", help="Only this emotion.")]
Kind = Annotated[str | None, typer.Option("--kind", help="Only start, change, heartbeat or end.")]
Track = Annotated[int | None, typer.Option("--track", help="Only this track.")]
Since = Annotated[str | None, typer.Option("--since", help="Not before: 90s, 10m, 2h, 3d ago, or an ISO 8601 time.")]
Until = Annotated[str | None, typer.Option("--until", help="Before: 90s, 10m, 2h, 3d ago, or an ISO 8601 time.")]
Per = Annotated[str | None, typer.Option("--per", help="Rolled up, instead of one by one: minute or hour.")]
Follow = Annotated[bool, typer.Option("--follow", "-f", help="Go on as more comes, until Ctrl-C.")]


@contextmanager
def reading(settings: Settings) -> Iterator[Reader]:
    """The database, for looking only."""
    from fer_controller.store.sqlite import SqliteReader

    store = SqliteReader(settings.db)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def reading_rollups(settings: Settings) -> Iterator["RollupReader"]:
    """The same, for its rollups."""
    from fer_controller.store.retention import RollupReader

    store = RollupReader(settings.db)
    try:
        yield store
    finally:
        store.close()


def settings_for(db: Path | None, config: Path | None) -> Settings:
    """The settings of a command that only looks at the database."""
    return load(config, db=db)


def print_line(document: dict[str, Any]) -> None:
    """One JSON object on a line of its own, at once."""
    print(json.dumps(document, ensure_ascii=False), flush=True)


def print_lines(documents: Iterable[dict[str, Any]]) -> None:
    """One JSON object a line."""
    for document in documents:
        print(json.dumps(document, ensure_ascii=False))


def table(*columns: str) -> "Table":
    """An empty table with these headings."""
    from rich import box
    from rich.table import Table

    return Table(*columns, box=box.SIMPLE_HEAD)


def plain(text: str) -> "Text":
    """A cell whose text is shown as it is, square brackets included."""
    from rich.text import Text

    return Text(text)


def print_table(table: "Table", empty: str) -> None:
    """The table, or a sentence when it has no rows."""
    from rich.console import Console

    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH_WITHOUT_TERMINAL)
    console.print(table if table.row_count else empty)
