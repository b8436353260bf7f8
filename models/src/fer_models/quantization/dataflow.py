"""Which nodes of an ONNX graph make and read each tensor."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, NodeProto, numpy_helper

CONV, RELU = "Conv", "Relu"


class Dataflow:
    """weights: the stored tensors; makers and readers: nodes by the name of a tensor."""

    def __init__(self, model: ModelProto) -> None:
        self.weights: dict[str, npt.NDArray[np.generic]] = {
            tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer
        }
        self.makers: dict[str, NodeProto] = {}
        self.readers: dict[str, list[NodeProto]] = defaultdict(list)
        for node in model.graph.node:
            self.makers.update(dict.fromkeys(node.output, node))
            for name in node.input:
                self.readers[name].append(node)

    def is_made_by(self, name: str, operator: str) -> bool:
        """Whether a node of this kind makes the tensor."""
        return name in self.makers and self.makers[name].op_type == operator

    def feeds_one_relu_alone(self, name: str) -> bool:
        """Whether a single Relu, and nothing else, reads the tensor; a runtime can fold it into the node before it."""
        return [node.op_type for node in self.readers[name]] == [RELU]
