"""The networks in PyTorch, with the same weights as in every other runtime."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from fer_models.bench.job import Job
from fer_models.bench.networks import layers
from fer_models.bench.networks.full_xception import (
    BIAS,
    CLASSES,
    DENSE,
    DEPTHWISE,
    EPSILON,
    FACE_SHAPE,
    KERNEL,
    Array,
    convolutions,
)
from fer_models.bench.networks.layers import Layer
from fer_models.network.config import XceptionConfig
from fer_models.network.xception import ResidualBlock, SeparableConv, Xception


def build_torch(job: Job) -> nn.Module:
    """The network of the job: pixels 0–255 to probabilities, ready for inference."""
    return (_xception(job) if job.model == "xception" else Layers(*layers.load_layers(job.file))).eval()


class Layers(nn.Module):
    """A list of layers, run one after the other."""

    def __init__(self, steps: list[Layer], arrays: Mapping[str, Array]) -> None:
        super().__init__()
        self._steps = [(step, f"w{place}", f"b{place}") for place, step in enumerate(steps)]
        for step, kernel, bias in self._steps:
            if step.kind in (layers.CONVOLUTION, layers.DENSE):
                self.register_buffer(kernel, torch.from_numpy(arrays[f"{step.output}.kernel"]))
                self.register_buffer(bias, torch.from_numpy(arrays[f"{step.output}.bias"]))

    def forward(self, face: Tensor) -> Tensor:
        tensors = {layers.FACE: face}
        for step, kernel, bias in self._steps:
            inputs = [tensors[name] for name in step.inputs]
            if step.kind in (layers.CONVOLUTION, layers.DENSE):
                inputs += [getattr(self, kernel), getattr(self, bias)]
            tensors[step.output] = OPERATORS[step.kind](step, *inputs)
        return tensors[self._steps[-1][0].output]


OPERATORS: dict[str, Callable[..., Tensor]] = {
    layers.CONVOLUTION: lambda s, x, w, b: functional.conv2d(x, w, b, s.stride, s.pads[:2], groups=s.groups),
    layers.DENSE: lambda _, x, w, b: functional.linear(x, w, b),
    layers.MAX_POOL: lambda s, x: functional.max_pool2d(x, s.size, s.stride, s.pads[:2]),
    layers.MEAN: lambda _, x: x.mean(dim=(2, 3)),
    layers.RELU: lambda _, x: functional.relu(x),
    layers.SOFTMAX: lambda _, x: functional.softmax(x, dim=1),
    layers.ADD: lambda _, x, y: x + y,
    layers.DIVIDE: lambda s, x: x / s.value,
    layers.SUBTRACT: lambda s, x: x - s.value,
}


def _xception(job: Job) -> nn.Module:
    network = Xception(XceptionConfig(in_channels=FACE_SHAPE[0], classes=CLASSES))
    weights = np.load(job.file)
    for convolution, (module, norm) in zip(convolutions(), _convolutions(network), strict=True):
        parts = [(norm.weight, "gamma"), (norm.bias, "beta"), (norm.running_mean, "mean")]
        parts.append((norm.running_var, "variance"))
        if isinstance(module, SeparableConv):
            parts += [
                (module.depthwise.weight, DEPTHWISE),
                (module.pointwise.weight, KERNEL),
            ]
        else:
            parts.append((module.weight, KERNEL))
        for tensor, part in parts:
            _put(tensor, weights[f"{convolution.name}.{part}"])
        norm.eps = EPSILON
    _put(network.classifier.weight, weights[f"{DENSE}.{KERNEL}"])
    _put(network.classifier.bias, weights[f"{DENSE}.{BIAS}"])
    return nn.Sequential(network, nn.Softmax(dim=1))


def _put(tensor: Tensor, array: Array) -> None:
    with torch.no_grad():
        tensor.copy_(torch.from_numpy(array))


def _convolutions(network: Xception) -> Iterator[tuple[nn.Module, nn.BatchNorm2d]]:
    """Each convolution with the batch norm after it: stem, blocks (body, then skip) and exit."""
    for part in network.features:
        for sequence in (part.body, part.skip) if isinstance(part, ResidualBlock) else (part,):
            modules = list(sequence.children())
            yield from ((m, n) for m, n in itertools.pairwise(modules) if isinstance(n, nn.BatchNorm2d))
