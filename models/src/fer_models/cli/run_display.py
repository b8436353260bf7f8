"""How a training run is shown: a progress bar and a line for each epoch for people, JSON Lines for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from fer_terminal.progress import Bar, bar

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

    def __init__(self, bar: Bar) -> None:
        self._bar = bar

    def step(self, step: int, steps: int) -> None:
        self._bar.reach(step, steps)

    def epoch(self, entry: dict[str, Any]) -> None:
        line = LEARNED + (MEASURED if "held_out_accuracy" in entry else "") + PACE
        self._bar.say(line.format(**entry))


@contextmanager
def display(title: str, json_: bool) -> Iterator[JsonLines | TrainingBar]:
    """The observer of a run, for as long as it goes."""
    if json_:
        yield JsonLines()
        return
    with bar(title) as shown:
        yield TrainingBar(shown)
