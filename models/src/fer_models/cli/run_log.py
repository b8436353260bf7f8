"""How a long run of the finder or the landmarker looks: a bar and the log's entries, or JSON Lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import typer
from fer_wire.terminal import json_text


@contextmanager
def reading(*, quiet: bool = False) -> Iterator[Callable[[], None]]:
    """Counts pictures while they are read."""
    from fer_terminal.progress import bar

    with bar("pictures read", quiet=quiet) as shown:
        yield shown.advance


@contextmanager
def logging(json_: bool) -> Iterator[tuple[Callable[[int, int], None], Callable[[dict[str, Any]], None]]]:
    """What is told of samples seen and in all, and of each entry of the log."""
    from fer_terminal.progress import bar

    with bar("samples", quiet=json_) as shown:

        def tell(entry: dict[str, Any]) -> None:
            if json_:
                typer.echo(json_text(entry))
            else:
                shown.say("  ".join(f"{name} {value}" for name, value in entry.items()))

        yield shown.reach, tell
