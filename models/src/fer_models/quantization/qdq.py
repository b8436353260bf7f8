"""An int8 network from a float32 one: QuantizeLinear and DequantizeLinear pairs around each convolution.

Only convolutions are quantized: they are all but one ten-thousandth of the work. One that makes an output of the file
stays in float32, for scores, sizes and points of faces have no range in common. A tensor that a convolution makes is
quantized where it is made, any other where a convolution reads it. So sums stay in float32, and ONNX Runtime finds the
pairs that it fuses into integer convolutions.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import ModelProto, NodeProto, helper, numpy_helper

from fer_models.model_files.float16 import widened
from fer_models.quantization.calibration import Ranges, observe
from fer_models.quantization.dataflow import CONV, RELU, Dataflow
from fer_models.quantization.equations import MOST_BITS, Floats, quantize, step

UNSIGNED_LEVELS = 255
LARGEST_BIAS = 2**31 - 1


@dataclass(frozen=True)
class Scheme:
    """bits: of the weights; per_channel: a step for each output channel, or one for the tensor.

    Activations are int8 around 0, zero-points 0; unsigned: uint8, with a zero-point wherever they can be negative.
    """

    bits: int = MOST_BITS
    per_channel: bool = True
    unsigned: bool = False


SHIPPED = Scheme()


def to_int8(fp32: Path, path: Path, pictures: Floats, scheme: Scheme = SHIPPED) -> None:
    """Write the same network in int8; the pictures (float32 N×1×H×W, 0–255) set the ranges of its activations."""
    model = widened(onnx.load(fp32))
    onnx.save(quantized_graph(model, observe(model, pictures), scheme), path)


def quantized_graph(model: ModelProto, ranges: Ranges, scheme: Scheme = SHIPPED) -> ModelProto:
    """The network with its convolutions between pairs; its weights must be stored in float32."""
    work = _Rounding(model, ranges, scheme)
    for node in model.graph.node:
        work.add(node)
    made = ModelProto()
    made.CopyFrom(model)
    del made.graph.node[:], made.graph.initializer[:], made.graph.value_info[:]
    made.graph.node.extend(work.nodes)
    made.graph.initializer.extend(numpy_helper.from_array(array, name) for name, array in work.stored.items())
    return made


class _Rounding:
    """The new graph while it is built: its nodes in order, and its stored tensors."""

    def __init__(self, model: ModelProto, ranges: Ranges, scheme: Scheme) -> None:
        self.nodes: list[NodeProto] = []
        self.stored: dict[str, npt.NDArray[np.generic]] = {}
        self._flow, self._ranges, self._scheme = Dataflow(model), ranges, scheme
        self._given = {output.name for output in model.graph.output}
        self._readings: Counter[str] = Counter()

    def add(self, node: NodeProto) -> None:
        copy = NodeProto()
        copy.CopyFrom(node)
        inputs = self._convolution_inputs(node) if self._is_rounded(node) else map(self._as_read, node.input)
        copy.input[:] = list(inputs)
        self.nodes.append(copy)
        for name in node.output:
            if self._is_rounded_where_made(name):
                self._append("QuantizeLinear", [name, *self._grid(name)], f"{name}.rounded")

    def _convolution_inputs(self, node: NodeProto) -> list[str]:
        activation, kernel, *bias = node.input
        found = quantize(self._float(kernel), self._scheme.bits, per_channel=self._scheme.per_channel)
        inputs = [self._rounded_activation(activation), self._widening(node, kernel, found.integers, found.step)]
        steps = self._step_and_zero(activation)[0] * found.step
        return inputs + [self._widening(node, name, self._rounded_bias(name, steps), steps) for name in bias]

    def _as_read(self, name: str) -> str:
        """The tensor that a node reads that is not quantized itself."""
        if name in self._flow.weights:
            self.stored[name] = self._flow.weights[name]
        return self._dequantized(name) if self._is_rounded_where_made(name) else name

    def _rounded_activation(self, name: str) -> str:
        if self._is_rounded_where_made(name):
            return self._dequantized(name)
        reading = self._readings[name]
        pair = f"{name}.rounded{reading}"
        self._append("QuantizeLinear", [name, *self._grid(name, reading)], pair)
        return self._dequantized(name, pair, reading)

    def _dequantized(self, name: str, source: str | None = None, reading: int = 0) -> str:
        """A separate DequantizeLinear for each reader, because runtimes fuse only pairs that nothing else reads."""
        self._readings[name] += 1
        return self._append(
            "DequantizeLinear",
            [source or f"{name}.rounded", *self._grid(name, reading)],
            f"{name}.read{self._readings[name]}",
        )

    def _rounded_bias(self, name: str, steps: Floats) -> npt.NDArray[np.int32]:
        """The bias, in steps of the products that it is added to."""
        integers = np.rint(self._float(name).astype(np.float64) / steps)
        return np.clip(integers, -LARGEST_BIAS, LARGEST_BIAS).astype(np.int32)

    def _widening(self, node: NodeProto, name: str, integers: npt.NDArray[np.generic], steps: Floats) -> str:
        """The DequantizeLinear of a weight for one node; nodes may share a weight, but each has its own steps."""
        key = f"{name}.of.{node.output[0]}"
        names = [f"{key}.integers", f"{key}.steps", f"{key}.zeros"]
        self.stored |= dict(zip(names, (integers, steps, np.zeros(steps.shape, integers.dtype)), strict=True))
        return self._append("DequantizeLinear", names, f"{key}.widened", **({"axis": 0} if steps.ndim else {}))

    def _grid(self, name: str, reading: int = 0) -> list[str]:
        """The names of the tensor's step and zero-point.

        Each further reading has the next larger float32 as its step. Otherwise ONNX Runtime merges the equal
        QuantizeLinear nodes, and does not fuse what then has two readers.
        """
        size, zero = self._step_and_zero(name)
        for _ in range(reading):
            size = np.nextafter(size, np.float32(np.inf))
        names = [f"{name}.step{reading or ''}", f"{name}.zero"]
        self.stored |= dict(zip(names, (size, zero), strict=True))
        return names

    def _step_and_zero(self, name: str) -> tuple[Floats, npt.NDArray[np.generic]]:
        found = self._ranges[name]
        if not self._scheme.unsigned:
            # What a Relu alone reads needs no integers below 0: those that are too low become 0 all the same.
            largest = found.highest if self._flow.feeds_one_relu_alone(name) else found.largest
            return step(largest), np.array(0, np.int8)
        size = step(found.width / 2, MOST_BITS)
        return size, np.array(np.clip(round(-found.lowest / float(size)), 0, UNSIGNED_LEVELS), np.uint8)

    def _is_rounded(self, node: NodeProto) -> bool:
        return node.op_type == CONV and not self._given & set(node.output)

    def _is_rounded_where_made(self, name: str) -> bool:
        if name in self._given:
            return False
        if self._flow.is_made_by(name, CONV):
            return not self._folds_relu(name)
        return self._flow.is_made_by(name, RELU) and self._folds_relu(self._flow.makers[name].input[0])

    def _folds_relu(self, name: str) -> bool:
        """Whether unsigned integers do the work of the tensor's Relu; then only the Relu's output is quantized."""
        made = self._flow.is_made_by(name, CONV)
        return self._scheme.unsigned and made and self._flow.feeds_one_relu_alone(name)

    def _float(self, name: str) -> Floats:
        return self._flow.weights[name].astype(np.float32)

    def _append(self, operator: str, inputs: list[str], output: str, **attributes: int) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        return output
