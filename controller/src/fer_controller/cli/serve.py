"""fer-controller serve."""

import json
import logging
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Annotated

import typer

from fer_controller.cli import options


def serve(
    db: options.Db = None,
    broker: Annotated[str | None, typer.Option(help="mqtt://HOST:PORT or mqtts://HOST:PORT.")] = None,
    prefix: Annotated[str | None, typer.Option(help="First levels of every topic.")] = None,
    http: Annotated[
        str | None, typer.Option(help="HOST:PORT where devices fetch models; port 0 is any free one, '' is none.")
    ] = None,
    config: options.Config = None,
    embedded_broker: Annotated[
        bool,
        typer.Option("--embedded-broker", help="Run a small broker at --broker's host and port, for trying it out."),
    ] = False,
    json_: options.Json = False,
) -> None:
    """Store what the fleet sends, and serve it models; shuts down cleanly on Ctrl-C or SIGTERM."""
    from fer_controller import controller
    from fer_controller.settings import load

    _log_to_stderr(as_json=json_)
    settings = load(
        config,
        db=db,
        embedded_broker=embedded_broker or None,
        broker={"url": broker, "prefix": prefix},
        http={"listen": http},
    )
    controller.serve(settings, stop_on_signals())


def stop_on_signals() -> Event:
    """An event that Ctrl-C and SIGTERM set."""
    stop = Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    return stop


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, message."""

    def format(self, record: logging.LogRecord) -> str:
        """The record's sentence as JSON."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return json.dumps({"time": time, "level": record.levelname.lower(), "message": record.getMessage()})


def _log_to_stderr(*, as_json: bool) -> None:
    handler: logging.Handler = logging.StreamHandler()
    if as_json:
        handler.setFormatter(JsonLines())
    elif sys.stderr.isatty():
        from rich.console import Console
        from rich.logging import RichHandler

        handler = RichHandler(console=Console(stderr=True), show_path=False)
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


__all__ = ["Path", "serve", "stop_on_signals"]
