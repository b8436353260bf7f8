"""fer-agent start."""

import logging
import signal
from typing import Any

import typer
from typing_extensions import Annotated

from fer_agent.cli.terminal import (
    Broker,
    Config,
    Controller,
    Debug,
    Device,
    Json,
    Model,
    Source,
    StateDir,
    Variant,
    configure_logging,
    print_json,
    settings_from,
)
from fer_agent.errors import AgentError

log = logging.getLogger(__name__)

RESTART = 75
"""The exit status that asks to be started again (EX_TEMPFAIL of sysexits.h); systemd does so after any."""


def start(
    device: Device = None,
    source: Source = None,
    broker: Broker = None,
    model: Model = None,
    precision: Variant = None,
    controller: Controller = None,
    state_dir: StateDir = None,
    config: Config = None,
    once: Annotated[
        bool, typer.Option("--once", help="Read files and folders to their end, flush the spool, and exit.")
    ] = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Watch the cameras and publish the emotions of faces, until told to stop."""
    configure_logging(debug)
    settings = settings_from(config, device, source, broker, state_dir, model, precision, controller)
    from fer_agent.agent import compose

    agent = compose(settings, once)

    def stop(_signal: int, _frame: Any) -> None:
        agent.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    summary = agent.run()
    if once or json:
        print_json(summary.as_json())
    left_undone = agent.left_undone(summary)
    if left_undone and once:
        raise AgentError(" ".join(left_undone))
    for each in left_undone:
        log.warning("%s", each)
    if agent.restarts:
        raise typer.Exit(RESTART)
