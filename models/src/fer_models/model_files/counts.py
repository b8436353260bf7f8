"""What can be counted in an .onnx file without running it: parameters, zeros, multiply-accumulates."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import ModelProto, NodeProto, numpy_helper

WEIGHTED_OPERATORS = ("Conv", "Gemm")
# Operators through which a stored weight passes before it is used.
WIDENING_OPERATORS = ("Cast", "DequantizeLinear")

FREE_SIZE = (384, 640)
"""Height and width that are counted where the input may have any: 640×360, padded to whole strides of a finder."""


@dataclass(frozen=True)
class Counts:
    """parameters: weights and biases of convolutions and dense layers; macs: multiply-accumulates of one picture."""

    parameters: int
    nonzero_parameters: int
    macs: int


def count(path: Path) -> Counts:
    """Count the weights and operations of a file; scales and zero-points of a quantized file do not count."""
    model = onnx.load(path)
    weights = [weight for node in _weighted(model) for weight in _weights(model, node)]
    shapes = _shapes_for_one_picture(model)
    return Counts(
        parameters=sum(weight.size for weight in weights),
        nonzero_parameters=sum(int(np.count_nonzero(weight)) for weight in weights),
        macs=sum(_macs(model, node, shapes) for node in _weighted(model)),
    )


def _weighted(model: ModelProto) -> Iterator[NodeProto]:
    return (node for node in model.graph.node if node.op_type in WEIGHTED_OPERATORS)


def _weights(model: ModelProto, node: NodeProto) -> Iterator[npt.NDArray[np.generic]]:
    stored = {tensor.name: tensor for tensor in model.graph.initializer}
    widened = {n.output[0]: n.input[0] for n in model.graph.node if n.op_type in WIDENING_OPERATORS}
    for name in node.input[1:]:
        yield numpy_helper.to_array(stored[widened.get(name, name)])


def _shapes_for_one_picture(model: ModelProto) -> dict[str, tuple[int, ...]]:
    single = ModelProto()
    single.CopyFrom(model)
    for value in single.graph.input:
        for dimension, size in zip(value.type.tensor_type.shape.dim, (1, None, *FREE_SIZE), strict=False):
            if size and not dimension.dim_value:
                dimension.dim_value = size
    for value in single.graph.output:
        value.type.tensor_type.ClearField("shape")
    del single.graph.value_info[:]
    inferred = onnx.shape_inference.infer_shapes(single, strict_mode=True)
    return {
        value.name: tuple(d.dim_value for d in value.type.tensor_type.shape.dim)
        for value in (*inferred.graph.value_info, *inferred.graph.output)
    }


def _macs(model: ModelProto, node: NodeProto, shapes: dict[str, tuple[int, ...]]) -> int:
    weight = next(_weights(model, node))
    if node.op_type == "Gemm":
        return weight.size
    return math.prod(shapes[node.output[0]]) * math.prod(weight.shape[1:])
