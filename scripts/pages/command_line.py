"""docs/cli.md: every command of the three programs."""

import importlib
from collections.abc import Iterator
from typing import Any

import typer
from typer.cli import get_docs_for_click

PROGRAMS = {"fer-agent": "fer_agent.cli", "fer-controller": "fer_controller.cli", "fer-models": "fer_models.cli"}

INTRODUCTION = """\
# Commands

Each program prints for people, and with `--json` one JSON document or JSON Lines for programs. It exits with 0 when it
did its work, 1 when it failed and 2 when it was called wrongly. An error is one or two sentences; `--debug` adds the
traceback.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([INTRODUCTION, *(_program(name) for name in PROGRAMS)])


def commands(program: str) -> dict[str, Any]:
    """The commands of one program by name, those of its groups as `models keygen`."""
    return dict(_within(_root(program), ""))


def _within(group: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _within(command, f"{prefix}{name} ")
        if not hasattr(command, "commands") or command.invoke_without_command:
            yield f"{prefix}{name}", command


def _root(program: str) -> Any:
    return typer.main.get_command(importlib.import_module(PROGRAMS[program]).app)


def _program(name: str) -> str:
    root = _root(name)
    text = get_docs_for_click(obj=root, ctx=typer.Context(root, info_name=name), indent=1, name=name)
    for command in [*root.commands.values(), *commands(name).values()]:
        contract = (command.help or "").split("\n", maxsplit=1)[0]
        text = text.replace(f": {command.get_short_help_str()}\n", f": {contract}\n")
    return "\n".join(line.rstrip() for line in text.splitlines()).rstrip() + "\n"
