"""What `finder export` and `landmarker export` have in common."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Generic, NamedTuple, TypeVar

import typer

if TYPE_CHECKING:
    from torch import nn

Network = TypeVar("Network", bound="nn.Module")

Checkpoint = Annotated[Path, typer.Argument(help="checkpoint.pt of a run, finished or not.")]
OnnxFile = Annotated[Path, typer.Option(help="The .onnx file to write.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document.")]


class OnnxFormat(NamedTuple, Generic[Network]):
    """How a network of one kind becomes an .onnx file and is read back; reading raises ContractError if it is none."""

    kind: str
    write: Callable[[Network, Path], None]
    read: Callable[[Path], object]


def export_averaged(model: Network, form: OnnxFormat[Network], checkpoint: Path, out: Path, *, json_: bool) -> None:
    """Fill the network with a run's averaged weights, write and read it back, and say what was written."""
    from fer_models.eyes.learning.beginning import load_weights
    from fer_models.eyes.learning.checkpoint import read_state

    state = read_state(checkpoint, form.kind)
    load_weights(model, checkpoint, form.kind)
    form.write(model, out)
    form.read(out)
    parameters = sum(each.numel() for each in model.parameters())
    told = {"file": str(out), "bytes": out.stat().st_size, "parameters": parameters, "samples": state["seen"]}
    text = "wrote {file}: {bytes} bytes, {parameters} parameters, learned from {samples} samples".format(**told)
    typer.echo(json.dumps(told) if json_ else text)
