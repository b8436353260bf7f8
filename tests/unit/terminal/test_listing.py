"""Lists as a terminal shows them: nothing is cut, nothing is wider than the window, and what is left out is said."""

import io
from typing import Any, List, Sequence, Tuple

import pytest
import typer
from fer_terminal import console as consoles
from fer_terminal.choosing import Choice
from fer_terminal.columns import FIGURE, ID, NAME, TIME, WORDS, Column, Row
from fer_terminal.listing import print_list
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

FLEET = (
    Column("device"),
    Column("state"),
    Column("since", 4, TIME),
    Column("models", 3, WORDS),
    Column("dropped", 5, FIGURE),
    Column("notes", 2, WORDS),
)
LONG = "warehouse-north-second-floor-{}-behind-the-conveyor-belt-0001-xyz"
NASTY: List[Row] = [
    (LONG.format("a"), ("offline", "red"), "2025-01-31T12:00:00Z", "light@1.2.0/int8", 12, "its clock is 3 h behind"),
    ("x", "online", None, "", None, ""),
]


def printed(
    headed: Sequence[Column], rows: Sequence[Row], width: int, *, terminal: bool = True, **typed: Any
) -> List[str]:
    """The lines of a list on a terminal of that width, or in a pipe."""
    stream = io.StringIO()
    console = Console(
        file=stream, width=width if terminal else consoles.UNBOUNDED, force_terminal=terminal, color_system=None,
        highlight=False, _environ={"TERM": "xterm"},
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(consoles, "out", lambda: console)
        print_list(headed, rows, "Nothing.", Choice(**typed))
    return stream.getvalue().splitlines()


def test_what_is_less_important_is_left_out_first_and_named_below() -> None:
    lines = printed(FLEET, NASTY, 80)
    assert LONG.format("a") in lines[2]
    assert "offline" in lines[2]
    assert lines[-1] == "Not shown: since, models, dropped, notes (--columns)."


def test_a_wide_terminal_gets_everything() -> None:
    lines = printed(FLEET, NASTY, 200)
    assert [word for word in lines[0].split() if word] == ["device", "state", "since", "models", "dropped", "notes"]
    assert not [line for line in lines if "Not shown" in line]


def test_what_is_no_terminal_gets_everything_and_exact_times() -> None:
    lines = printed(FLEET, NASTY, 20, terminal=False)
    assert "2025-01-31T12:00:00Z" in lines[2]
    assert lines[2].split()[0] == LONG.format("a")
    assert len(lines) == 4


def test_times_are_relative_on_a_terminal_unless_they_are_wanted_exactly() -> None:
    assert "2025-01-31 " in printed(FLEET, NASTY, 200)[2]
    assert "2025-01-31T12:00:00Z" in printed(FLEET, NASTY, 200, utc=True)[2]


def test_named_columns_alone_are_shown_in_that_order() -> None:
    assert printed(FLEET, NASTY, 80, columns="dropped,state")[0].split() == ["dropped", "state"]


def test_how_many_rows_are_left_out_is_said() -> None:
    assert printed(FLEET, NASTY, 200, limit=1)[-1] == "1 of 2 rows."
    assert printed(FLEET, NASTY, 200, filters=("red carpet",))[-1] == "0 of 2 rows."


def test_a_column_in_which_there_is_nothing_is_left_out_before_any_other() -> None:
    rows: List[Row] = [("nano-01", "online", "", "light@1.2.0/int8", None, "x" * 60)]
    assert printed(FLEET, rows, 80)[-1] == "Not shown: since, models, dropped (--columns)."
    assert printed(FLEET, rows, 100)[-1] == "Not shown: since, dropped (--columns)."


def test_without_rows_there_is_a_sentence() -> None:
    assert printed(FLEET, [], 80) == ["Nothing."]


def test_names_are_shortened_in_the_middle_where_nothing_else_helps() -> None:
    rows: List[Row] = [(LONG.format("a"), "door-of-the-north-hall-0001-to-the-yard"), ("x", "y")]
    lines = printed((Column("device"), Column("camera")), rows, 80)
    assert lines[2].split()[0].startswith("warehouse-north")
    assert lines[2].split()[0].endswith("0001-xyz")
    assert lines[2].split()[1] == "door-of-the-north-hall-0001-to-the-yard"


def test_names_that_would_look_alike_are_shown_whole_on_lines_of_their_own() -> None:
    rows: List[Row] = [(LONG.format(each), LONG.format(each)) for each in "ab"]
    text = "".join(printed((Column("device"), Column("camera")), rows, 80))
    assert text.count(LONG.format("a")) == 2
    assert text.count(LONG.format("b")) == 2


def test_an_id_is_short_on_a_terminal_and_whole_elsewhere() -> None:
    rows: List[Row] = [("0123456789abcdef" * 4,)]
    columns = (Column("sha256", kind=ID),)
    assert printed(columns, rows, 80)[2].strip() == "01234567"
    assert printed(columns, rows, 80, terminal=False)[2].strip() == "0123456789abcdef" * 4


def test_what_would_command_a_terminal_is_spelt_out() -> None:
    assert "\x1b[2J" not in "".join(printed((Column("device"),), [("\x1b[2J[red]",)], 80))


NAMES = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x2FFF, exclude_categories=("C", "Z", "M")), min_size=1, max_size=70
)
CELLS = {
    NAME: NAMES,
    ID: st.text("0123456789abcdef", max_size=64),
    TIME: st.sampled_from(["2026-01-31T12:00:00.000Z", "never", ""]),
    FIGURE: st.one_of(st.none(), st.integers(0, 10**9), st.floats(0, 1e6)),
    WORDS: st.lists(NAMES, max_size=8).map(" ".join),
}


@st.composite
def lists(draw: Any) -> Tuple[List[Column], List[Row]]:
    kinds = draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=9))
    columns = [Column(f"column {place}", draw(st.integers(1, 9)), kind) for place, kind in enumerate(kinds)]
    rows = draw(st.lists(st.tuples(*(CELLS[kind] for kind in kinds)), min_size=1, max_size=4))
    return columns, rows


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(lists(), st.integers(24, 240))
def test_no_line_is_wider_than_the_terminal(listed: "Tuple[List[Column], List[Row]]", width: int) -> None:
    for line in printed(*listed, width):
        assert cell_len(line.rstrip()) <= width


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(NAMES, min_size=1, max_size=4, unique=True), st.integers(80, 240))
def test_the_name_of_a_row_is_never_cut(names: "List[str]", width: int) -> None:
    columns = (Column("device"), Column("notes", 2, WORDS), Column("since", 3, TIME))
    rows = [(each, "its clock is 3 h behind", "2026-01-31T12:00:00.000Z") for each in names]
    text = "".join(printed(columns, rows, width)).replace(" ", "")
    for each in names:
        if cell_len(each) <= width:
            assert each in text


@given(lists())
def test_a_pipe_gets_every_word(listed: "Tuple[List[Column], List[Row]]") -> None:
    columns, rows = listed
    text = " ".join(printed(columns, rows, 80, terminal=False)).split()
    for row in rows:
        for column, cell in zip(columns, row):
            if column.kind in (NAME, ID, WORDS) and cell:
                assert set(str(cell).split()) <= set(text)


@pytest.mark.parametrize("typed", [{"filters": ("nope=1",)}, {"sort": "nope"}, {"columns": "nope"}])
def test_a_column_that_is_not_there_is_told_where_there_are_no_rows_either(typed: Any) -> None:
    with pytest.raises(typer.BadParameter, match="there is no column 'nope'"):
        printed(FLEET, [], 80, **typed)
