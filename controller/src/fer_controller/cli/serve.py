"""fer-controller serve."""

import json
import logging
import sys
from datetime import UTC, datetime
from threading import Event
from typing import Annotated

import typer
from fer_wire.log_lines import LogLines
from fer_wire.printable import one_line

from fer_controller.cli import ending, options

WAITS_FOR = "the broker or the database answers late, or models are still being fetched."


def serve(
    db: options.Db = None,
    role: Annotated[
        str | None,
        typer.Option(
            help="What this process does, separated by commas: ingest, rollouts, http, retention, alerts; or all."
        ),
    ] = None,
    broker: Annotated[str | None, typer.Option(help="mqtt://HOST:PORT or mqtts://HOST:PORT.")] = None,
    prefix: Annotated[str | None, typer.Option(help="First levels of every topic.")] = None,
    share: Annotated[
        str | None,
        typer.Option(help="Name of the group of controllers among which the broker divides messages."),
    ] = None,
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
    """Store what the fleet sends, and serve it models; ends cleanly on Ctrl-C or SIGTERM, at once on a second."""
    from fer_controller import controller
    from fer_controller.settings import load

    _log_to_stderr(as_json=json_)
    settings = load(
        config,
        db=db,
        role=role,
        embedded_broker=embedded_broker or None,
        broker={"url": broker, "prefix": prefix, "share": share},
        http={"listen": http},
    )
    controller.serve(settings, _stop(settings.db, as_json=json_))


def _stop(db: object, *, as_json: bool) -> Event:
    def tell(sentence: str) -> None:
        ending.say(JsonLines().format(_record(sentence)) if as_json else sentence)

    def at_once() -> None:
        tell(f"Ended at once; what was acknowledged is in {db}, and the broker sends the rest again.")
        ending.leave()

    return ending.stop_on_signals(lambda: ending.count(tell, WAITS_FOR), at_once)


def _record(sentence: str) -> logging.LogRecord:
    return logging.LogRecord(__name__, logging.INFO, __file__, 0, sentence, None, None)


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, message."""

    def format(self, record: logging.LogRecord) -> str:
        """The record's sentence as JSON."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return json.dumps({"time": time, "level": record.levelname.lower(), "message": one_line(record.getMessage())})


def _log_to_stderr(*, as_json: bool) -> None:
    handler: logging.Handler = logging.StreamHandler()
    if as_json:
        handler.setFormatter(JsonLines())
    elif sys.stderr.isatty():
        from rich.console import Console
        from rich.logging import RichHandler

        handler = RichHandler(console=Console(stderr=True), show_path=False)
        handler.setFormatter(LogLines())
    else:
        handler.setFormatter(LogLines("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
