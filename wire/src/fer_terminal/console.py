"""Where commands print: as wide as the terminal, and in a pipe or a file as wide as the text."""

from rich.console import Console

UNBOUNDED = 1_000_000
"""Columns of what is not a terminal: nothing is folded or left out there."""


def out() -> Console:
    """Standard output."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=UNBOUNDED)


def err() -> Console:
    """Standard error, for what is no result: progress, and what was done meanwhile."""
    return Console(stderr=True, highlight=False)
