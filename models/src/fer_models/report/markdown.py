"""Tables, pictures and figures as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

NOTHING = "–"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; all but the first column right-aligned."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(map(_cell, row))} |" for row in (head, rule, *rows)) + "\n"


def picture(title: str, name: str, folder: str) -> str:
    """A picture in the folder."""
    return f"![{title}]({folder}/{name})\n"


def by(command: str) -> str:
    """Which command made the figures."""
    return f"Made by `{command}`."


def percent(share: float | None, decimals: int = 2) -> str:
    """A share, 0–1, in percent without the sign."""
    return NOTHING if share is None else f"{100 * share:.{decimals}f}"


def interval(share: float, bounds: Sequence[float]) -> str:
    """A share and its bounds, 0–1, in percent without the sign."""
    return f"{percent(share)} ({percent(bounds[0], 1)}–{percent(bounds[1], 1)})"


def number(value: float | None, decimals: int = 2) -> str:
    """A figure with its decimals, or a dash for none."""
    return NOTHING if value is None else f"{value:,.{decimals}f}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
