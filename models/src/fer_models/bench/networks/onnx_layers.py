"""The layers of an .onnx file of the zoo, for frameworks that do not read .onnx."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import NodeProto, helper, numpy_helper

from fer_models.bench.networks import layers
from fer_models.bench.networks.layers import Layer
from fer_models.errors import BenchError

FIXED = ("Cast", "Identity")
SIMPLE = {"Relu": layers.RELU, "Softmax": layers.SOFTMAX, "Add": layers.ADD}
SCALAR = {"Div": layers.DIVIDE, "Sub": layers.SUBTRACT}
NO_PADS = [0, 0, 0, 0]
SPATIAL_AXES = [2, 3]


def write_layers(fp32: Path, path: Path) -> None:
    """Write the layers of a float32 .onnx file; raises BenchError at an operator that cannot be translated."""
    reading = _Reading(onnx.load(fp32))
    layers.save_layers(reading.layers, reading.arrays, path)


class _Reading:
    def __init__(self, model: onnx.ModelProto) -> None:
        self.layers: list[Layer] = []
        self.arrays: dict[str, layers.Array] = {}
        self._fixed = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
        self._names = {model.graph.input[0].name: layers.FACE}
        for node in model.graph.node:
            self._read(node)

    def _read(self, node: NodeProto) -> None:
        attributes = {each.name: helper.get_attribute_value(each) for each in node.attribute}
        if node.op_type == "Constant":
            self._fixed[node.output[0]] = numpy_helper.to_array(attributes["value"])
        elif node.op_type in FIXED and node.input[0] in self._fixed:
            self._fixed[node.output[0]] = self._fixed[node.input[0]]
        else:
            self._names[node.output[0]] = f"t{len(self.layers)}"
            self.layers.append(self._layer(node, attributes))

    def _layer(self, node: NodeProto, attributes: dict[str, Any]) -> Layer:
        readers: dict[str, Callable[[NodeProto, dict[str, Any]], Layer]] = {
            **dict.fromkeys(SIMPLE, self._simple),
            **dict.fromkeys(SCALAR, self._scalar),
            "Conv": self._convolution,
            "MaxPool": self._pool,
            "Gemm": self._dense,
            "ReduceMean": self._mean,
        }
        if node.op_type not in readers:
            raise BenchError(f"the network has {node.op_type}, which bench cannot rebuild outside ONNX Runtime")
        return readers[node.op_type](node, attributes)

    def _simple(self, node: NodeProto, _: dict[str, Any]) -> Layer:
        return self._named(SIMPLE[node.op_type], node, inputs=len(node.input))

    def _scalar(self, node: NodeProto, _: dict[str, Any]) -> Layer:
        return self._named(SCALAR[node.op_type], node, value=float(self._fixed[node.input[1]]))

    def _mean(self, node: NodeProto, attributes: dict[str, Any]) -> Layer:
        if attributes.get("axes") != SPATIAL_AXES or attributes.get("keepdims", 1):
            raise BenchError("the network has a ReduceMean over axes other than height and width")
        return self._named(layers.MEAN, node)

    def _dense(self, node: NodeProto, attributes: dict[str, Any]) -> Layer:
        self._keep(node)
        if not attributes.get("transB"):
            raise BenchError("the network has a Gemm whose weights are in×out")
        return self._named(layers.DENSE, node)

    def _convolution(self, node: NodeProto, attributes: dict[str, Any]) -> Layer:
        self._keep(node)
        return self._named(layers.CONVOLUTION, node, **_window(attributes), groups=attributes.get("group", 1))

    def _pool(self, node: NodeProto, attributes: dict[str, Any]) -> Layer:
        return self._named(layers.MAX_POOL, node, **_window(attributes))

    def _named(self, kind: str, node: NodeProto, inputs: int = 1, **fields: Any) -> Layer:
        names = tuple(self._names[name] for name in node.input[:inputs])
        return Layer(kind, names, self._names[node.output[0]], **fields)

    def _keep(self, node: NodeProto) -> None:
        output = self._names[node.output[0]]
        kernel = self._fixed[node.input[1]]
        bias: npt.NDArray[Any] = self._fixed[node.input[2]] if len(node.input) > 2 else np.zeros(len(kernel))
        self.arrays[f"{output}.kernel"] = kernel.astype(np.float32)
        self.arrays[f"{output}.bias"] = bias.astype(np.float32)


def _window(attributes: dict[str, Any]) -> dict[str, Any]:
    return {
        "size": attributes["kernel_shape"][0],
        "stride": attributes.get("strides", [1])[0],
        "pads": tuple(attributes.get("pads", NO_PADS)),
    }
