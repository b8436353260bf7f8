"""fer-controller demo."""

from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fer_controller.cli import options
from fer_controller.cli.ending import stop_on_signals

if TYPE_CHECKING:
    from fer_controller.demo.run import Snapshot

FAILED = 1


def demo(
    seconds: Annotated[float | None, typer.Option(min=1, help="End after so long; by default on Ctrl-C.")] = None,
    source: Annotated[
        str, typer.Option(help="What the agent watches: demo:, a camera's number, a file, rtsp://…")
    ] = "demo:",
    broker: Annotated[str | None, typer.Option(help="Use this broker instead of one of its own.")] = None,
    picture: Annotated[Path | None, typer.Option(help="Save the table as an SVG file at the end.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print only the closing line of JSON.")] = False,
) -> None:
    """Broker, controller and one agent together, live; closes with a line of JSON, and fails if an event was lost."""
    from fer_controller.demo.display import Picture
    from fer_controller.demo.run import run

    options.log_warnings()
    kept = Picture()
    with _view(quiet=json_) as view:

        def show(snapshot: "Snapshot") -> None:
            view.show(snapshot)
            kept.show(snapshot)

        result = run(seconds, source, broker, show, stop_on_signals())
    if picture is not None:
        kept.save(picture)
    options.print_line(asdict(result))
    if not result.sound:
        raise typer.Exit(FAILED)


def _view(*, quiet: bool) -> AbstractContextManager[Any]:
    from rich.console import Console

    from fer_controller.demo.display import LiveTable, PlainLines

    console = Console(quiet=quiet)
    return LiveTable(console) if console.is_terminal and not quiet else PlainLines(console)
