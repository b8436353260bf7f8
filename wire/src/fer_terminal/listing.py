"""Lists: a table as wide as the terminal, or lines where no table has room; what was left out is said below."""

from dataclasses import replace
from datetime import datetime
from typing import List, Mapping, Optional, Sequence, Tuple

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from fer_terminal import console as consoles
from fer_terminal.choosing import Choice, chosen_columns, chosen_rows
from fer_terminal.columns import ESSENTIAL, FIGURE, ID, NAME, NOTHING, Column, Row, tone_of
from fer_terminal.fitting import Fit, fit, wish
from fer_terminal.shortening import apart, prefixes
from fer_terminal.times import now_utc
from fer_terminal.tones import QUIET

EVERYTHING = Choice()
REMEDY = "--columns"
"""What shows a column that had no room."""
Texts = Sequence[Sequence[str]]
"""The cells of each column as they are shown."""


def print_list(
    columns: Sequence[Column], rows: Sequence[Row], empty: str, choice: Choice = EVERYTHING, title: str = ""
) -> None:
    """The rows that were chosen, or a sentence where there are none. Raises BadParameter for an unknown column."""
    console = consoles.out()
    named, places = chosen_columns(choice, columns), chosen_rows(choice, columns, rows)
    if not rows:
        if empty:
            console.print(Text(empty))
        return
    picked = [rows[place] for place in places]
    if named is not None:
        columns = [replace(columns[place], importance=ESSENTIAL) for place in named]
        picked = [[row[place] for place in named] for row in picked]
    exact = choice.utc or not console.is_terminal
    table, left_out = arranged(console, columns, picked, None if exact else now_utc())
    if title:
        console.print(Text(title, "bold"))
    console.print(table)
    _tell(console, left_out, len(places), len(rows))


def arranged(
    console: Console, columns: Sequence[Column], rows: Sequence[Row], now: Optional[datetime] = None
) -> Tuple[RenderableType, List[str]]:
    """The table as it fits, and the headings of the columns that had no room; with a moment, times lie from then."""
    texts = _texts(columns, rows, now, short=console.is_terminal)
    found = fit([wish(column, cells) for column, cells in zip(columns, texts)], console.width)
    shown = None if found is None else _shown(columns, texts, found)
    if found is None or shown is None:
        return _lines(columns, rows, texts), []
    return _table(columns, rows, shown, found), [columns[place].heading for place in found.left_out]


def _texts(columns: Sequence[Column], rows: Sequence[Row], now: Optional[datetime], *, short: bool) -> Texts:
    texts = [[column.text(row[place], now) for row in rows] for place, column in enumerate(columns)]
    for place, column in enumerate(columns):
        if short and column.kind == ID:
            known = prefixes(each for each in texts[place] if each != NOTHING)
            texts[place] = [known.get(each, each) for each in texts[place]]
    return texts


def _shown(columns: Sequence[Column], texts: Texts, found: Fit) -> Optional[Texts]:
    """The cells that are shown, by column; None where a shortened name could be taken for another."""
    shown = []
    for place, width in zip(found.shown, found.widths):
        whole: Mapping[str, str] = {each: each for each in texts[place]}
        short = apart(texts[place], width) if columns[place].kind == NAME else whole
        if short is None:
            return None
        shown.append([short[each] for each in texts[place]])
    return shown


def _table(columns: Sequence[Column], rows: Sequence[Row], texts: Texts, found: Fit) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for place, width in zip(found.shown, found.widths):
        side = "right" if columns[place].kind == FIGURE else "left"
        table.add_column(columns[place].heading, width=width, justify=side, overflow="fold")  # type: ignore[arg-type]
    for number, row in enumerate(rows):
        tones = [tone_of(row[place]) for place in found.shown]
        table.add_row(*(Text(cells[number], tone) for cells, tone in zip(texts, tones)))
    return table


def _lines(columns: Sequence[Column], rows: Sequence[Row], texts: Texts) -> Group:
    """A line for each cell, where the window is too narrow for a table."""
    return Group(
        *(
            Text.assemble((f"{column.heading}: ", QUIET), (texts[place][number], tone_of(row[place])), overflow="fold")
            for number, row in enumerate(rows)
            for place, column in enumerate(columns)
        )
    )


def _tell(console: Console, left_out: Sequence[str], shown: int, rows: int) -> None:
    """One line on what is not there."""
    told = [f"{shown:,} of {rows:,} rows"] if shown < rows else []
    if left_out:
        told.append(_without(left_out, console.width - len(". ".join([*told, "."]))))
    if told:
        console.print(Text(f"{'. '.join(told)}.", QUIET))


def _without(headings: Sequence[str], width: int) -> str:
    """The columns that had no room: all of them, or as many as a line has room for."""
    for count in range(len(headings), 0, -1):
        more = f" and {len(headings) - count} more" if count < len(headings) else ""
        line = f"Not shown: {', '.join(headings[:count])}{more} ({REMEDY})"
        if len(line) <= width:
            return line
    return f"{len(headings)} columns not shown"
