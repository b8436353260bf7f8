"""A trained network written as fp32.onnx, as the model contract asks."""

from __future__ import annotations

import warnings
from pathlib import Path

import onnx
import torch
from fer_wire.contracts import FACE_PX
from fer_wire.manifest import INPUT_NAME, OPSET, OUTPUT_NAME
from onnx import ModelProto
from torch import Tensor, nn

from fer_models.network.networks import Network

EXAMPLE_FACES = 2


class WithSoftmax(nn.Module):
    """A network that gives probabilities instead of logits."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, face: Tensor) -> Tensor:
        return self.network(face).softmax(dim=1)  # type: ignore[no-any-return]  # nn.Module calls are untyped


def export_fp32(network: Network, path: Path, px: int = FACE_PX) -> None:
    """Write the network, batch norms folded into the convolutions; the same weights give the same bytes.

    px: the size of its faces. The contract fixes it; other sizes are for comparisons.
    """
    example = torch.zeros(EXAMPLE_FACES, 1, px, px)
    with warnings.catch_warnings():
        # The exporter that writes opset 13 warns at every call that it is deprecated.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            WithSoftmax(network).eval().to(memory_format=torch.contiguous_format),
            (example,),
            str(path),
            dynamo=False,
            opset_version=OPSET,
            input_names=[INPUT_NAME],
            output_names=[OUTPUT_NAME],
            dynamic_axes={INPUT_NAME: {0: "N"}, OUTPUT_NAME: {0: "N"}},
        )
    onnx.save(with_weights_of_their_own(onnx.load(path)), path)


def with_weights_of_their_own(model: ModelProto) -> ModelProto:
    """The network with the weights of every layer stored; the exporter stores equal ones once and refers to them."""
    stored = {tensor.name: tensor for tensor in model.graph.initializer}
    nodes = []
    for node in model.graph.node:
        if node.op_type == "Identity" and node.input[0] in stored:
            own = model.graph.initializer.add()
            own.CopyFrom(stored[node.input[0]])
            own.name = node.output[0]
        else:
            nodes.append(node)
    made = ModelProto()
    made.CopyFrom(model)
    del made.graph.node[:]
    made.graph.node.extend(nodes)
    return made
