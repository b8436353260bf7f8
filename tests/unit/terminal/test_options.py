"""The options that every list has."""

from typing import List

import pytest
from fer_terminal.choosing import Choice
from fer_terminal.columns import Column
from fer_terminal.options import for_programs, with_choice
from typer import BadParameter, Typer
from typer.testing import CliRunner

COLUMNS = (Column("device"), Column("last seen", 2))
taken: List[Choice] = []


def run(*words: str, limit: bool = True) -> Choice:
    app = Typer()

    @app.command()
    @with_choice(COLUMNS, limit=limit)
    def command(choice: Choice) -> None:
        """Takes it."""
        taken.append(choice)

    done = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return taken.pop()


def test_without_options_everything_is_chosen() -> None:
    assert run() == Choice()


def test_each_option_is_taken() -> None:
    words = ("--columns", "device", "--sort", "-last-seen", "--filter", "a", "--filter", "b=c", "--limit", "3", "--utc")
    assert run(*words) == Choice("device", "-last-seen", ("a", "b=c"), 3, utc=True)


def test_a_command_with_a_limit_of_its_own_keeps_it() -> None:
    assert run("--sort", "device", limit=False) == Choice(sort="device")


def test_columns_are_not_for_programs() -> None:
    assert for_programs(Choice(sort="device")) == Choice(sort="device")
    with pytest.raises(BadParameter, match="--json has every field"):
        for_programs(Choice(columns="device"))
