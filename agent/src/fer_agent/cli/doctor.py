"""fer-agent doctor."""

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

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
)

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
        table = Table("check", "state", "found", "what to do")
        for finding in findings:
            state = f"[{COLOURS[finding.state]}]{finding.state}[/]"
            table.add_row(escape(finding.check), state, escape(finding.found), escape(finding.remedy))
        Console().print(table)
    if any(finding.state == FAILED for finding in findings):
        raise typer.Exit(1)
