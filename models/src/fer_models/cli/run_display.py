"""How a training run is shown: a progress bar and a line for each epoch for people, JSON Lines for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

LEARNED = "epoch {epoch:3}  {px} px  loss {train_loss:.3f}  "
MEASURED = "held out {held_out_accuracy:.2%} (live weights {live_accuracy:.2%})  "
PACE = "learning rate {learning_rate:.5f}  {seconds:.0f} s"


class JsonLines:
    """One line of JSON for each epoch."""

    def step(self, step: int, steps: int) -> None:
        """Says nothing about steps."""

    def epoch(self, entry: dict[str, Any]) -> None:
        typer.echo(json.dumps(entry))


class TrainingBar:
    """A bar that counts steps, and a line for each epoch above it."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task

    def step(self, step: int, steps: int) -> None:
        self._progress.update(self._task, completed=step, total=steps)

    def epoch(self, entry: dict[str, Any]) -> None:
        line = LEARNED + (MEASURED if "held_out_accuracy" in entry else "") + PACE
        self._progress.console.print(line.format(**entry), highlight=False)


@contextmanager
def display(title: str, json_: bool) -> Iterator[JsonLines | TrainingBar]:
    """The observer of a run, for as long as it goes."""
    if json_:
        yield JsonLines()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield TrainingBar(progress, progress.add_task(title, total=None))
