"""All command lines are of one make: -h everywhere, one name for one address, the same options for every list."""

import importlib
from collections.abc import Iterator
from typing import Any

import pytest
from commands import ran
from fer_terminal.options import HELP
from pages.command_line import PROGRAMS, commands

COMMANDS = [(program, name) for program in PROGRAMS for name in commands(program)]
ADDRESSES = {
    "mqtt://": "--broker",
    "mqtts://": "--broker",
    "http[s]://HOST": "--controller",
    "http://HOST": "--controller",
}
"""What the help of an option says that it takes, and how the option is called then."""


def options() -> Iterator[tuple[str, Any]]:
    for program, name in COMMANDS:
        for parameter in commands(program)[name].params:
            yield f"{program} {name}", parameter


@pytest.mark.parametrize(("program", "name"), COMMANDS)
def test_h_is_help(program: str, name: str) -> None:
    run = importlib.import_module(PROGRAMS[program]).run
    short, long = (ran(run, [*name.split(), option], COLUMNS="100") for option in ("-h", "--help"))
    assert short.returncode == 0
    assert "Usage" in short.stdout
    assert short.stdout == long.stdout


def test_no_option_takes_h_for_itself() -> None:
    assert [command for command, option in options() if "-h" in option.opts] == []


def test_one_address_has_one_name() -> None:
    told = {
        (command, option.opts[0], name)
        for command, option in options()
        for sign, name in ADDRESSES.items()
        if sign in (getattr(option, "help", "") or "")
    }
    assert {name for _, _, name in told} == {"--broker", "--controller"}
    assert [each for each in told if each[1] != each[2]] == []


def test_every_list_has_the_same_options() -> None:
    for program, name in COMMANDS:
        taken = {option.opts[0]: option for option in commands(program)[name].params}
        if "--columns" not in taken and name.split()[-1] != "list":
            continue
        for option in ("columns", "sort", "filter", "utc"):
            assert taken[f"--{option}"].help == HELP[option], f"{program} {name}"
        assert "--limit" in taken, f"{program} {name}"
