"""How a command shows what it is doing: one line with the step and the time, only on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def steps(*, quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """A function to call with each step, in words."""
    from fer_terminal.progress import bar

    with bar("", quiet=quiet) as shown:
        yield shown.call
