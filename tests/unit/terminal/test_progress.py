"""Progress is for people at a terminal, on standard error."""

import io

import pytest
from fer_terminal import console as consoles
from fer_terminal.progress import bar, bars, is_shown
from rich.console import Console


def drawn(monkeypatch: pytest.MonkeyPatch, *, terminal: bool, quiet: bool) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=100, force_terminal=terminal, _environ={"TERM": "xterm"})
    monkeypatch.setattr(consoles, "err", lambda: console)
    assert is_shown(quiet=quiet) is (terminal and not quiet)
    with bar("reading", 4, quiet=quiet) as shown:
        assert list(shown.over("abc")) == ["a", "b", "c"]
        shown.call("writing")
    return stream.getvalue()


def test_a_terminal_sees_what_is_done_and_how_much_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    text = drawn(monkeypatch, terminal=True, quiet=False)
    assert "writing" in text
    assert "75%" in text
    assert "3/4" in text


def test_nothing_is_shown_where_nobody_looks_or_a_program_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    assert drawn(monkeypatch, terminal=False, quiet=False).strip() == ""
    assert drawn(monkeypatch, terminal=True, quiet=True) == ""


def test_a_total_may_become_known_later_and_sizes_are_megabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    console = Console(file=stream, width=100, force_terminal=True, _environ={"TERM": "xterm"})
    monkeypatch.setattr(consoles, "err", lambda: console)
    with bars() as several:
        several.begin("download", megabytes=True).advance(1_500_000, 3_000_000)
    assert "1.5/3.0 MB" in stream.getvalue()
