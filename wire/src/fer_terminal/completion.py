"""What a shell completes with: found quickly and silently, or not at all."""

import contextlib
import io
from threading import Thread
from typing import Callable, Iterable, List

import typer

PATIENCE_S = 1.5
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
            thread.join(PATIENCE_S)
        return sorted({each for each in found if each.startswith(incomplete)})[:MOST]

    return complete
