"""What a shell completes with comes quickly and silently, or not at all."""

from threading import Event
from typing import Iterator, List

import pytest
import typer
from fer_terminal import completion
from fer_terminal.completion import completing

CONTEXT = typer.Context(typer.main.get_command(typer.Typer(callback=lambda: None)))


def complete(find: completion.Find, incomplete: str) -> List[str]:
    return completing(find)(CONTEXT, incomplete)


def test_what_begins_as_typed_is_found_in_order() -> None:
    assert complete(lambda _: ["orin-1", "nano-2", "nano-1", "nano-1"], "nano") == ["nano-1", "nano-2"]


def test_a_fault_is_silent(capfd: pytest.CaptureFixture[str]) -> None:
    def find(_: typer.Context) -> Iterator[str]:
        yield "nano-1"
        raise OSError

    assert complete(find, "") == ["nano-1"]
    assert capfd.readouterr() == ("", "")


def test_whoever_is_late_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(completion.PATIENCE_VARIABLE, "0.05")
    late = Event()

    def find(_: typer.Context) -> Iterator[str]:
        late.wait(30)
        yield "nano-1"

    assert complete(find, "") == []
    late.set()
