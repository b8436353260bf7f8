"""What is shown of a list: which columns, which rows, in which order, how many."""

import operator
import re
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any, Callable, Dict, List, Optional, Sequence, Set, Tuple

import typer

from fer_terminal.columns import FIGURE, Cell, Column, Row, value_of

ALL = "all"
MOST_FILTERED = 100_000
"""Rows that are looked through, at most, for those that pass a filter."""
DESCENDING = "-"
COMPARED = re.compile(r"^(?P<column>[^=<>!]+?)\s*(?P<sign>!=|>=|<=|=|>|<)\s*(?P<wanted>.*)$")
SIGNS = {">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le}
NUMBERS = re.compile(r"(\d+(?:\.\d+)?)")
Test = Callable[[Row], bool]


@dataclass(frozen=True)
class Choice:
    """What was typed; empty for all, in the order in which the list comes."""

    columns: str = ""
    sort: str = ""
    filters: Tuple[str, ...] = ()
    limit: Optional[int] = None
    utc: bool = False

    def asking(self, limit: Optional[int]) -> Dict[str, Any]:
        """How many rows are to be fetched for so many that are shown: with a filter the limit counts what passes it."""
        return {"limit": MOST_FILTERED if self.filters else limit}

    def counting(self, limit: Optional[int]) -> "Choice":
        """The same where so many were asked for."""
        return replace(self, limit=limit) if self.filters else self


def chosen_columns(choice: Choice, columns: Sequence[Column]) -> Optional[List[int]]:
    """The places of the columns that were named, in that order; None where none were. Raises BadParameter."""
    if not choice.columns:
        return None
    if choice.columns == ALL:
        return list(range(len(columns)))
    return [_place(name, columns, "--columns") for name in choice.columns.split(",")]


def passing(choice: Choice, columns: Sequence[Column]) -> Test:
    """Whether a row passes all filters. Raises BadParameter for a column that is not there."""
    tests = [_test(each, columns) for each in choice.filters]
    return lambda row: all(test(row) for test in tests)


def chosen_rows(choice: Choice, columns: Sequence[Column], rows: Sequence[Row]) -> List[int]:
    """The places of the rows that are shown, in order. Raises BadParameter for a column that is not there."""
    passes = passing(choice, columns)
    places = [place for place, row in enumerate(rows) if passes(row)]
    for name in reversed(list(filter(None, choice.sort.split(",")))):
        column = _place(name.lstrip(DESCENDING), columns, "--sort")
        _sort(places, [value_of(row[column]) for row in rows], descending=name.startswith(DESCENDING))
    return places if choice.limit is None else places[: choice.limit]


def _sort(places: List[int], values: Sequence[Any], *, descending: bool) -> None:
    """In place and stable; what has no value comes last either way."""
    places.sort(key=lambda place: _key(values[place]), reverse=descending)
    places.sort(key=lambda place: values[place] in (None, ""))


def _key(value: Any) -> Tuple[Any, ...]:
    """Numbers by size, texts as people sort them: nano-2 before nano-10."""
    if isinstance(value, (int, float)):
        return (0, value)
    parts = NUMBERS.split(str(value).casefold().replace(",", ""))
    return (1, *((0, float(part), "") if place % 2 else (1, 0.0, part) for place, part in enumerate(parts) if part))


def _test(typed: str, columns: Sequence[Column]) -> Test:
    compared = COMPARED.match(typed)
    if compared is None:
        wanted = typed.casefold()
        return lambda row: any(wanted in text for column, cell in zip(columns, row) for text in _texts(column, cell))
    place, sign, wanted = _place(compared["column"], columns, "--filter"), compared["sign"], compared["wanted"]
    column = columns[place]
    if sign in SIGNS:
        if column.kind == FIGURE and isinstance(_number(wanted), str):
            raise typer.BadParameter(f"--filter: {typed!r} compares with no number; write {column.spelled}{sign}10.")
        return lambda row: _compare(SIGNS[sign], value_of(row[place]), wanted)
    pattern = wanted.casefold()
    return lambda row: any(fnmatchcase(text, pattern) for text in _texts(column, row[place])) is (sign == "=")


def _compare(holds: Callable[[Any, Any], bool], value: Any, wanted: str) -> bool:
    if value is None or value == "":
        return False
    return holds(_key(_number(value)), _key(_number(wanted)))


def _number(value: Any) -> Any:
    """A text that begins with a number as that number: 83% as 83."""
    if not isinstance(value, str):
        return value
    digits = value.replace(",", "").rstrip("%")
    try:
        return float(digits)
    except ValueError:
        return value


def _texts(column: Column, cell: Cell) -> Set[str]:
    """What a filter finds the cell by: its value as it is kept, and as a table shows it."""
    value = value_of(cell)
    return {""} if value is None or value == "" else {str(value).casefold(), column.text(cell, None).casefold()}


def _place(name: str, columns: Sequence[Column], option: str) -> int:
    spelled = [each.spelled for each in columns]
    wanted = name.strip().lower().replace(" ", "-")
    if wanted not in spelled:
        raise typer.BadParameter(f"{option}: there is no column {name.strip()!r}; there are {', '.join(spelled)}.")
    return spelled.index(wanted)
