"""What a shell completes with: found quickly and silently, or not at all."""

import contextlib
import io
import os
from threading import Thread
from typing import Callable, Iterable, List

import typer

PATIENCE_S = 1.5
PATIENCE_VARIABLE = "FER_COMPLETE_WITHIN_S"
"""Says in the environment how long else to wait, for a controller far away."""
MOST = 500

Find = Callable[[typer.Context], Iterable[str]]
Completion = Callable[[typer.Context, str], List[str]]


def completing(find: Find) -> Completion:
    """What begins as was typed, of what is found in time; whatever goes wrong, nothing."""

    def complete(ctx: typer.Context, incomplete: str) -> List[str]:
        found: List[str] = []

        def look() -> None:
            with contextlib.suppress(Exception):
                found.extend(find(ctx))

        # A thread that hangs does not keep the shell: it ends with the process.
        with contextlib.redirect_stderr(io.StringIO()):
            thread = Thread(target=look, daemon=True)
            thread.start()
            thread.join(_patience_s())
        return sorted({each for each in found if each.startswith(incomplete)})[:MOST]

    return complete


def _patience_s() -> float:
    with contextlib.suppress(ValueError):
        return float(os.environ.get(PATIENCE_VARIABLE, PATIENCE_S))
    return PATIENCE_S
