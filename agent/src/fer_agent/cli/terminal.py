"""What all commands share at the terminal: options, logging, and how a failure is explained."""

import logging
import sys
import traceback
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional

import typer
from fer_wire.log_lines import LogLines
from fer_wire.terminal import json_text
from rich.logging import RichHandler
from typing_extensions import Annotated

from fer_agent.settings import Precision, Settings, cameras_from
from fer_agent.settings.loading import load_settings

LOG_FORMAT = "%(levelname)s %(name)s: %(message)s"

_debugging = {"on": False}


def _remember_debug(on: bool) -> bool:
    _debugging["on"] = on
    return on


Config = Annotated[
    Optional[Path], typer.Option(help="TOML file with settings; by default /etc/fer-agent/config.toml, if it exists.")
]
Device = Annotated[Optional[str], typer.Option(help="Name of the device; by default that of the host.")]
Source = Annotated[
    Optional[List[str]],
    typer.Option(
        help="Where frames come from: 0, /dev/video0, a video file, a folder of images, rtsp://…, http://…, csi:0 or "
        "demo:, or demo:visitors for a face that comes and goes. NAME=SOURCE names the camera; repeat the option for "
        "several cameras."
    ),
]
Broker = Annotated[
    Optional[List[str]],
    typer.Option(
        help="mqtt://HOST:PORT, or mqtts://HOST:PORT for TLS. Repeat the option to add brokers to fall back on, in "
        "this order."
    ),
]
StateDir = Annotated[Optional[Path], typer.Option(help="Folder for the spool and the models.")]
Model = Annotated[Optional[Path], typer.Option(help="Folder of a model: manifest.json and its .onnx files.")]
Variant = Annotated[Optional[Precision], typer.Option(help="Variant of the model; auto chooses what suits the device.")]
Controller = Annotated[
    Optional[str], typer.Option(metavar="URL", help="http[s]://HOST:PORT of the controller, which rolls out models.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Debug = Annotated[bool, typer.Option("--debug", help="Log everything, and show tracebacks.", callback=_remember_debug)]


def settings_from(
    config: Optional[Path],
    device: Optional[str],
    source: Optional[List[str]],
    broker: Optional[List[str]],
    state_dir: Optional[Path],
    model: Optional[Path] = None,
    precision: Optional[str] = None,
    controller: Optional[str] = None,
) -> Settings:
    """The settings; options override the environment and the file."""
    options: Dict[str, Any] = {
        "device": device,
        "state_dir": state_dir,
        "cameras": cameras_from(source) if source else None,
        "broker": {"url": broker[0], "fallback_urls": broker[1:]} if broker else None,
        "emotion": _given({"model": model, "precision": precision}),
        "update": _given({"controller_url": controller}),
    }
    return load_settings(config, _given(options))


def configure_logging(debug: bool) -> None:
    """Sentences on stderr: coloured on a terminal, plain for systemd and files."""
    terminal = sys.stderr.isatty()
    handler: logging.Handler = logging.StreamHandler()
    if terminal:
        from fer_terminal.console import err

        handler = RichHandler(console=err(), show_path=debug)
    handler.setFormatter(LogLines("%(message)s" if terminal else LOG_FORMAT))
    logging.basicConfig(level=logging.DEBUG if debug else logging.INFO, handlers=[handler])


def explain_failure(error: Exception) -> None:
    """One sentence on stderr; the traceback only with --debug."""
    if _debugging["on"]:
        traceback.print_exception(type(error), error, error.__traceback__)
    # In one piece: print would write the line end separately, and another thread's log line could slip in before it.
    sys.stderr.write(f"fer-agent: {error}\n")


def print_json(document: Mapping[str, Any]) -> None:
    """One JSON document on one line."""
    print(json_text(document), flush=True)


def _given(options: Mapping[str, Any]) -> Dict[str, Any]:
    return {key: value for key, value in options.items() if value is not None and value != {}}
