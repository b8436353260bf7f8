"""The record of an evaluation of finders or landmarkers, as the page of results takes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from fer_wire.terminal import json_text

from fer_models.cli.command_line import spoken
from fer_models.model_files.runtime import machine
from fer_models.staging import write_whole

Record = Annotated[Path | None, typer.Option(help="A file to write the JSON document to as well.")]


def recorded(file: Path | None, results: Any) -> str:
    """The document as JSON: command, machine and results; written to the file where there is one."""
    document = {"command": spoken(), "machine": machine(), "results": results}
    if file is not None:
        write_whole(file, json.dumps(document, ensure_ascii=False) + "\n")
    return json_text(document)
