"""The fer-agent command line: one file a command."""

import sys

import typer

from fer_agent.cli.config import config
from fer_agent.cli.doctor import doctor
from fer_agent.cli.start import start
from fer_agent.cli.terminal import explain_failure
from fer_agent.errors import AgentError

app = typer.Typer(
    name="fer-agent",
    help="Reads emotions from faces on this device and publishes them over MQTT.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(start)
app.command()(doctor)
app.command()(config)


def main() -> None:
    """Run the command line; an error is a sentence on stderr and exit status 1."""
    try:
        app()
    except AgentError as error:
        explain_failure(error)
        sys.exit(1)


__all__ = ["app", "main"]
