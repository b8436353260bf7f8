"""fer-agent doctor."""

from typing import TYPE_CHECKING, List

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from fer_agent.cli.terminal import (
    Broker,
    Config,
    Debug,
    Device,
    Json,
    Model,
    Source,
    StateDir,
    Variant,
    print_json,
    settings_from,
    shown,
)

if TYPE_CHECKING:
    from fer_agent.doctor import Finding

NARROW = 60
"""Columns below which a table of four has no room for words."""
COLOURS = {"ok": "green", "warning": "yellow", "failed": "red"}


def doctor(
    device: Device = None,
    source: Source = None,
    broker: Broker = None,
    model: Model = None,
    precision: Variant = None,
    state_dir: StateDir = None,
    config: Config = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Check everything that the agent needs, and say what to do about each failure."""
    settings = settings_from(config, device, source, broker, state_dir, model, precision)
    from fer_agent.doctor import FAILED, examine

    findings = []
    with Console(stderr=True).status("Checking …"):
        for finding in examine(settings):
            findings.append(finding)
            if json:
                print_json(vars(finding))
    if not json:
        _show(findings, shown())
    if any(finding.state == FAILED for finding in findings):
        raise typer.Exit(1)


def _show(findings: "List[Finding]", console: "Console") -> None:
    """A table, or lines where the terminal is too narrow for one."""
    if console.width < NARROW:
        for each in findings:
            console.print(f"{_state(each)} {escape(each.check)}: {escape(each.found)}. {escape(each.remedy)}".rstrip())
        return
    table = Table(*(Column(head, overflow="fold") for head in ("check", "state", "found", "what to do")))
    for each in findings:
        table.add_row(escape(each.check), _state(each), escape(each.found), escape(each.remedy))
    console.print(table)


def _state(finding: "Finding") -> str:
    return f"[{COLOURS[finding.state]}]{finding.state}[/]"
