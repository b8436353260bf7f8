"""How a long run of the finder or the landmarker looks: a bar and the log's entries, or JSON Lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import typer
from fer_wire.terminal import json_text
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


@contextmanager
def reading() -> Iterator[Callable[[], None]]:
    """Counts pictures while they are read."""
    columns = (TextColumn("{task.description}"), TextColumn("{task.completed}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("pictures read", total=None)
        yield lambda: progress.advance(task)


@contextmanager
def logging(json_: bool) -> Iterator[tuple[Callable[[int, int], None], Callable[[dict[str, Any]], None]]]:
    """What is told of samples seen and in all, and of each entry of the log."""
    if json_:
        yield (lambda _seen, _samples: None), lambda entry: typer.echo(json_text(entry))
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("samples", total=None)
        yield (
            lambda seen, samples: progress.update(task, completed=seen, total=samples),
            lambda entry: progress.console.print("  ".join(f"{name} {value}" for name, value in entry.items())),
        )
