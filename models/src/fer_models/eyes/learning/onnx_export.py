"""Writing a network as .onnx as the oldest devices read it."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import onnx
import torch
from fer_wire.manifest import OPSET
from torch import nn

from fer_models.model_files.to_onnx import with_weights_of_their_own


def export(
    model: nn.Module,
    example: torch.Tensor,
    path: Path,
    taken: str,
    given: Sequence[str],
    free: Mapping[str, Mapping[int, str]],
) -> None:
    """Write the network with its normalizations folded in; raises OSError when the path cannot be written.

    taken and given: names of the input and the outputs. free: which axes of each may be of any size, and their names.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        # The exporter that writes opset 13 announces its end at every call.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            model.eval().to(memory_format=torch.contiguous_format),  # type: ignore[call-overload]
            (example,),
            str(path),
            dynamo=False,
            opset_version=OPSET,
            input_names=[taken],
            output_names=list(given),
            dynamic_axes={name: dict(axes) for name, axes in free.items()},
        )
        shapes = [tuple(each.shape) for each in model(example)]
    made = with_weights_of_their_own(onnx.load(path))
    _name_sizes(made, dict(zip(given, shapes, strict=True)), free)
    onnx.save(made, path)


def _name_sizes(
    made: onnx.ModelProto, shapes: Mapping[str, Sequence[int]], free: Mapping[str, Mapping[int, str]]
) -> None:
    """Say the sizes of the outputs that are not free; the exporter forgets those that a reshape made."""
    for output in made.graph.output:
        for axis, (dimension, size) in enumerate(
            zip(output.type.tensor_type.shape.dim, shapes[output.name], strict=True)
        ):
            if axis not in free[output.name]:
                dimension.dim_value = size
