"""Other ways to quantize the same network, measured for comparison with the one that is released."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import ModelProto, numpy_helper

from fer_models.quantization.calibration import Ranges
from fer_models.quantization.dataflow import CONV, Dataflow
from fer_models.quantization.equations import quantize
from fer_models.quantization.qdq import Scheme, quantized_graph

FLOAT_BYTES = 4
BITS_OF_A_BYTE = 8


@dataclass(frozen=True)
class Experiment:
    """activations: whether they are rounded to 8 bits too; otherwise the weights alone are, in a float32 graph."""

    scheme: Scheme
    activations: bool = True

    def apply(self, model: ModelProto, ranges: Ranges) -> ModelProto:
        """The network, quantized in this way; its weights must be stored in float32."""
        return (
            quantized_graph(model, ranges, self.scheme)
            if self.activations
            else with_rounded_weights(model, self.scheme)
        )


EXPERIMENTS: dict[str, Experiment] = {
    "int8_unsigned_activations": Experiment(Scheme(unsigned=True)),
    "int8_per_tensor": Experiment(Scheme(per_channel=False)),
    "int8_weights_alone": Experiment(Scheme(), activations=False),
    "int8_weights_alone_per_tensor": Experiment(Scheme(per_channel=False), activations=False),
    "int4_weights": Experiment(Scheme(bits=4)),
    "int4_weights_alone": Experiment(Scheme(bits=4), activations=False),
    "int4_weights_alone_per_tensor": Experiment(Scheme(bits=4, per_channel=False), activations=False),
}


def write_experiments(
    model: ModelProto, ranges: Ranges, folder: Path, on_each: Callable[[str, Path, Experiment], None]
) -> None:
    """Write each experiment's file into the folder, and call on_each with its name, file and experiment."""
    for name, experiment in EXPERIMENTS.items():
        path = folder / f"{name}.onnx"
        onnx.save(experiment.apply(model, ranges), path)
        on_each(name, path, experiment)


def with_rounded_weights(model: ModelProto, scheme: Scheme) -> ModelProto:
    """The network in float32, each convolution's kernel replaced by the weights that its integers represent."""
    kernels = {node.input[1] for node in model.graph.node if node.op_type == CONV}
    made = ModelProto()
    made.CopyFrom(model)
    for tensor in made.graph.initializer:
        if tensor.name in kernels:
            weights = numpy_helper.to_array(tensor)
            found = quantize(weights, scheme.bits, per_channel=scheme.per_channel).weights
            tensor.CopyFrom(numpy_helper.from_array(found, tensor.name))
    return made


def packed_bytes(model: ModelProto, scheme: Scheme) -> int:
    """Size with the scheme's bits for each weight of a kernel, and 4 bytes for everything else; without the graph."""
    flow = Dataflow(model)
    kernels = {node.input[1] for node in model.graph.node if node.op_type == CONV}
    steps = sum(len(flow.weights[name]) if scheme.per_channel else 1 for name in kernels)
    integers = sum(flow.weights[name].size for name in kernels)
    others = sum(np.size(weights) for name, weights in flow.weights.items() if name not in kernels)
    return -(-integers * scheme.bits // BITS_OF_A_BYTE) + FLOAT_BYTES * (steps + others)
