"""Weights in float16: fp16.onnx from fp32.onnx, an fp32.onnx of half the size, and the way back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from onnx import ModelProto, NodeProto, TensorProto, numpy_helper

# The rest stays in float32: pixels and their mean, the last layer and the softmax need its range and precision.
HALF_OPERATORS = ("Conv", "Relu", "Add", "MaxPool")
CAST_NAMES = {TensorProto.FLOAT16: "half", TensorProto.FLOAT: "single"}


def to_fp16(fp32: Path, path: Path) -> None:
    """Write the same network with its convolutions in float16; input and output stay float32."""
    model = widened(onnx.load(fp32))
    weights = {tensor.name for tensor in model.graph.initializer}
    given = {output.name for output in model.graph.output}
    nodes = list(_with_casts(model.graph.node, weights, given))
    halved = {name for node in nodes if _is_half(node, given) for name in node.input} & weights
    stored = [_narrowed(t) if t.name in halved else t for t in model.graph.initializer]
    _save(model, nodes, stored, path)


def store_weights_in_half(fp32: Path, path: Path) -> None:
    """Write the same network with its weights stored in float16 and widened to float32 before use.

    It computes in float32, and the file has half the size; a runtime widens the weights once, when it loads them.
    """
    model = onnx.load(fp32)
    weights = list(model.graph.initializer)
    casts = [_cast(_half_name(tensor.name), tensor.name, TensorProto.FLOAT) for tensor in weights]
    stored = [_narrowed(tensor, _half_name(tensor.name)) for tensor in weights]
    _save(model, [*casts, *model.graph.node], stored, path)


def widened(model: ModelProto) -> ModelProto:
    """The network with its weights stored in float32; a Cast that widened them is gone."""
    stored = {tensor.name: tensor for tensor in model.graph.initializer}
    casts = {n.output[0]: n.input[0] for n in model.graph.node if n.op_type == "Cast" and n.input[0] in stored}
    made = ModelProto()
    made.CopyFrom(model)
    del made.graph.node[:], made.graph.initializer[:]
    made.graph.node.extend(node for node in model.graph.node if node.output[0] not in casts)
    made.graph.initializer.extend(tensor for name, tensor in stored.items() if name not in casts.values())
    made.graph.initializer.extend(
        numpy_helper.from_array(numpy_helper.to_array(stored[source]).astype(np.float32), name)
        for name, source in casts.items()
    )
    return made


def _is_half(node: NodeProto, given: set[str]) -> bool:
    """Whether the node computes in float16; one that makes an output of the file does not."""
    return node.op_type in HALF_OPERATORS and not given & set(node.output)


def _with_casts(nodes: list[NodeProto], weights: set[str], given: set[str]) -> Iterator[NodeProto]:
    """The nodes in order, with a Cast wherever a tensor changes its type."""
    kinds: dict[str, int] = {}
    made: set[str] = set()
    for node in nodes:
        kind = TensorProto.FLOAT16 if _is_half(node, given) else TensorProto.FLOAT
        for place, name in enumerate(node.input):
            if name in weights or kinds.get(name, TensorProto.FLOAT) == kind:
                continue
            cast_name = f"{name}.{CAST_NAMES[kind]}"
            if cast_name not in made:
                yield _cast(name, cast_name, kind)
                made.add(cast_name)
            node.input[place] = cast_name
        kinds.update(dict.fromkeys(node.output, kind))
        yield node


def _cast(source: str, target: str, kind: int) -> NodeProto:
    return onnx.helper.make_node("Cast", [source], [target], name=f"Cast.{target}", to=kind)


def _half_name(name: str) -> str:
    return f"{name}.{CAST_NAMES[TensorProto.FLOAT16]}"


def _narrowed(tensor: TensorProto, name: str | None = None) -> TensorProto:
    return numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), name or tensor.name)


def _save(model: ModelProto, nodes: list[NodeProto], weights: list[TensorProto], path: Path) -> None:
    nodes = [*nodes]
    del model.graph.node[:], model.graph.initializer[:], model.graph.value_info[:]
    model.graph.node.extend(nodes)
    model.graph.initializer.extend(weights)
    onnx.save(model, path)
