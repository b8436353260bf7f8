"""Which columns and rows of a list are shown."""

from typing import List

import pytest
import typer
from fer_terminal.choosing import Choice, chosen_columns, chosen_rows
from fer_terminal.columns import FIGURE, TIME, Column, Row
from hypothesis import given
from hypothesis import strategies as st

COLUMNS = (Column("device"), Column("last seen", 2, TIME), Column("fps", 3, FIGURE), Column("accuracy", 4))
ROWS: List[Row] = [
    ("nano-2", "2026-01-31T12:00:00Z", 14.5, "9.5%"),
    ("nano-10", "2026-01-31T11:00:00Z", None, "83.0%"),
    (("orin-1", "green"), None, 30.0, ""),
]


def shown(**typed: object) -> List[object]:
    rows = chosen_rows(Choice(**typed), COLUMNS, ROWS)  # type: ignore[arg-type]
    return [cell[0] if isinstance(cell, tuple) else cell for cell in (ROWS[place][0] for place in rows)]


def chosen(**typed: object) -> None:
    choice = Choice(**typed)  # type: ignore[arg-type]
    chosen_columns(choice, COLUMNS)
    chosen_rows(choice, COLUMNS, ROWS)


def test_without_a_choice_all_rows_come_as_they_are() -> None:
    assert shown() == ["nano-2", "nano-10", "orin-1"]
    assert chosen_columns(Choice(), COLUMNS) is None


@pytest.mark.parametrize(
    ("sort", "devices"),
    [
        ("device", ["nano-2", "nano-10", "orin-1"]),
        ("-device", ["orin-1", "nano-10", "nano-2"]),
        ("last-seen", ["nano-10", "nano-2", "orin-1"]),
        ("fps", ["nano-2", "orin-1", "nano-10"]),
        ("-fps", ["orin-1", "nano-2", "nano-10"]),
        ("accuracy", ["nano-2", "nano-10", "orin-1"]),
        ("Last seen,-device", ["nano-10", "nano-2", "orin-1"]),
    ],
)
def test_rows_are_sorted_as_people_sort_them_and_what_is_not_known_comes_last(sort: str, devices: List[str]) -> None:
    assert shown(sort=sort) == devices


@pytest.mark.parametrize(
    ("typed", "devices"),
    [
        ("ORIN", ["orin-1"]),
        ("device=nano-*", ["nano-2", "nano-10"]),
        ("device!=nano-*", ["orin-1"]),
        ("device=nano", []),
        ("fps>14.5", ["orin-1"]),
        ("fps>=14.5", ["nano-2", "orin-1"]),
        ("accuracy<50", ["nano-2"]),
        ("last-seen<2026-01-31T11:30", ["nano-10"]),
    ],
)
def test_a_filter_lets_through_what_it_says(typed: str, devices: List[str]) -> None:
    assert shown(filters=(typed,)) == devices


def test_a_figure_is_found_as_it_is_shown_and_as_it_is_kept() -> None:
    row = ("nano-2", None, 14.5625, "")
    for typed, places in (("=14.6", [0]), ("=14.5625", [0]), ("=14.5", []), ("!=14.6", []), ("!=14.5", [0])):
        assert chosen_rows(Choice(filters=(f"fps{typed}",)), COLUMNS, [row]) == places, typed


@pytest.mark.parametrize("typed", ["fps<l0", "fps>=", "fps > fast"])
def test_a_figure_that_is_compared_with_no_number_is_wrong_use(typed: str) -> None:
    with pytest.raises(typer.BadParameter, match="compares with no number; write fps"):
        shown(filters=(typed,))


def test_all_filters_hold_and_the_limit_counts_what_is_left() -> None:
    assert shown(filters=("nano", "fps>1")) == ["nano-2"]
    assert shown(filters=("nano",), limit=1, sort="-device") == ["nano-10"]


def test_columns_come_in_the_order_in_which_they_are_named() -> None:
    assert chosen_columns(Choice(columns="fps,Device"), COLUMNS) == [2, 0]
    assert chosen_columns(Choice(columns="all"), COLUMNS) == [0, 1, 2, 3]


@pytest.mark.parametrize("typed", [{"columns": "fps,color"}, {"sort": "-color"}, {"filters": ("color=red",)}])
def test_a_column_that_is_not_there_is_wrong_use_and_those_that_are_are_named(typed: "dict[str, object]") -> None:
    with pytest.raises(typer.BadParameter, match="there is no column 'color'; there are device, last-seen, fps, acc"):
        chosen(**typed)


@given(st.lists(st.one_of(st.none(), st.integers(), st.floats(allow_nan=False), st.text())))
def test_anything_can_be_sorted(values: "list[object]") -> None:
    rows = [(each,) for each in values]
    for sort in ("device", "-device"):
        places = chosen_rows(Choice(sort=sort), COLUMNS[:1], rows)  # type: ignore[arg-type]
        assert sorted(places) == list(range(len(rows)))
