"""The full Xception as an .onnx file, batch norms folded into the convolutions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
from fer_wire.manifest import INPUT_NAME, IR_VERSION, OPSET, OUTPUT_NAME
from onnx import NodeProto, TensorProto, helper, numpy_helper

from fer_models.bench.networks import full_xception
from fer_models.bench.networks.full_xception import Array, Block, Convolution

SAME_PADS = [1, 1, 1, 1]


def write_full(weights: Mapping[str, Array], path: Path) -> None:
    """Write fp32.onnx: face float32 N×3×71×71, 0–255, to probabilities N×7."""
    network = _Network(weights)
    network.build()
    graph = helper.make_graph(
        network.nodes,
        "xception",
        [helper.make_tensor_value_info(INPUT_NAME, TensorProto.FLOAT, ["N", *full_xception.FACE_SHAPE])],
        [helper.make_tensor_value_info(OUTPUT_NAME, TensorProto.FLOAT, ["N", full_xception.CLASSES])],
        [numpy_helper.from_array(array, name) for name, array in network.stored.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    onnx.save(model, path)


class _Network:
    """Adds nodes one by one; a method takes the name of a tensor and returns the name of its result."""

    def __init__(self, weights: Mapping[str, Array]) -> None:
        self.nodes: list[NodeProto] = []
        self.stored: dict[str, Array] = {}
        self._weights = weights

    def build(self) -> None:
        x = self._add("Div", [INPUT_NAME, self._store("centre", np.array(full_xception.PIXEL_CENTRE, np.float32))])
        x = self._add("Sub", [x, self._store("one", np.array(1, np.float32))])
        for convolution in full_xception.STEM:
            x = self._add("Relu", [self._convolve(x, convolution)])
        for block in full_xception.BLOCKS:
            x = self._block(x, block)
        for convolution in full_xception.EXIT:
            x = self._add("Relu", [self._convolve(x, convolution)])
        x = self._add("ReduceMean", [x], axes=[2, 3], keepdims=0)
        dense = [self._kept(f"{full_xception.DENSE}.{part}") for part in (full_xception.KERNEL, full_xception.BIAS)]
        self._add("Softmax", [self._add("Gemm", [x, *dense], transB=1)], OUTPUT_NAME, axis=1)

    def _block(self, x: str, block: Block) -> str:
        body = x
        for place, convolution in enumerate(block.separables):
            if place or block.starts_with_relu:
                body = self._add("Relu", [body])
            body = self._convolve(body, convolution)
        if block.strided:
            body = self._add("MaxPool", [body], kernel_shape=[3, 3], pads=SAME_PADS, strides=[2, 2])
        return self._add("Add", [body, self._convolve(x, block.skip) if block.skip else x])

    def _convolve(self, x: str, convolution: Convolution) -> str:
        name, sides = convolution.name, [convolution.stride] * 2
        if convolution.separable:
            kernel = self._kept(f"{name}.{full_xception.DEPTHWISE}")
            x = self._add("Conv", [x, kernel], kernel_shape=[3, 3], pads=SAME_PADS, group=convolution.inputs)
        kernel, bias = self._folded(name)
        return self._add("Conv", [x, kernel, bias], kernel_shape=[convolution.size] * 2, strides=sides)

    def _folded(self, name: str) -> tuple[str, str]:
        gamma, beta, mean, variance = (self._weights[f"{name}.{part}"] for part in full_xception.NORM)
        scale = gamma / np.sqrt(variance + np.float32(full_xception.EPSILON))
        kernel = self._weights[f"{name}.{full_xception.KERNEL}"] * scale[:, np.newaxis, np.newaxis, np.newaxis]
        return self._store(f"{name}.{full_xception.KERNEL}", kernel), self._store(
            f"{name}.{full_xception.BIAS}", beta - mean * scale
        )

    def _kept(self, name: str) -> str:
        return self._store(name, self._weights[name])

    def _store(self, name: str, array: Array) -> str:
        self.stored[name] = array
        return name

    def _add(self, operator: str, inputs: list[str], output: str = "", **attributes: object) -> str:
        result = output or f"{operator}{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [result], name=f"{result}.node", **attributes))
        return result
