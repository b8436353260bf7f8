"""The layers of an exported file, and the batch norms that the export folded into them coming back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import onnx
import torch
from onnx import NodeProto, numpy_helper
from torch import Tensor, nn

from fer_models.errors import ContractError
from fer_models.model_files.float16 import widened

LAYERS = ("Conv", "Gemm")
ROOT = "network"


@dataclass(frozen=True)
class FoldedLayer:
    """A convolution or a dense layer: its module's name, its attributes of several numbers, weight and perhaps bias."""

    name: str
    attributes: dict[str, list[int]]
    tensors: list[Tensor]


def folded_layers(path: Path) -> Iterator[FoldedLayer]:
    """The layers of a float32 file; raises ContractError when it is no .onnx file, or has other weights."""
    try:
        graph = widened(onnx.load(path)).graph
    except Exception as error:  # onnx and protobuf share no base
        raise ContractError(f"{path} is not an .onnx file ({error}); give a checkpoint.pt or a zoo entry.") from error
    stored = {tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).copy()) for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type in LAYERS:
            if not stored.keys() >= set(node.input[1:]):
                raise ContractError(
                    f"{path} cannot be trained further: its weights are not stored as float numbers; "
                    "give its checkpoint.pt, or the fp32.onnx of a zoo entry."
                )
            yield FoldedLayer(_module(node.name), _attributes(node), [stored[name] for name in node.input[1:]])


def fill(model: nn.Module, path: Path) -> None:
    """Give the network the weights of a file of its own shape; its batch norms add what was folded, and nothing else.

    Raises ContractError when the layers of the file are not those of the network.
    """
    found = {layer.name: layer.tensors for layer in folded_layers(path)}
    try:
        _fill(model, found)
    except (KeyError, ValueError) as error:
        raise ContractError(
            f"{path} cannot be trained further: its layers are not those of a {type(model).__name__.lower()} "
            f"({error.args[0]}); give one that fer-models exported."
        ) from error


def _fill(model: nn.Module, found: dict[str, list[Tensor]]) -> None:
    layers = {name: each for name, each in model.named_modules() if isinstance(each, nn.Conv2d | nn.Linear)}
    if found.keys() != layers.keys():
        raise ValueError(f"{min(found.keys() ^ layers.keys())} is missing, or should not be there")
    for name, layer in layers.items():
        weight, *offset = found[name]
        if weight.shape != layer.weight.shape:
            raise ValueError(f"{name} has weights of {tuple(weight.shape)} instead of {tuple(layer.weight.shape)}")
        layer.weight.data = weight
        if layer.bias is not None:
            layer.bias.data = offset[0]
        elif offset:
            only_add(model.get_submodule(norm_after(name)), offset[0])


def norm_after(convolution: str) -> str:
    """The batch norm after a convolution: features.1.body.0.pointwise is followed by features.1.body.1."""
    parent, _, place = convolution.removesuffix(".pointwise").rpartition(".")
    return f"{parent}.{int(place) + 1}"


@torch.no_grad()
def measure_norms(model: nn.Module, batches: Iterable[Tensor]) -> None:
    """Set each batch norm's statistics to those of its input, while it only adds an offset; in evaluation mode."""
    norms = [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]
    sums = {norm: torch.zeros(3, norm.num_features, dtype=torch.float64) for norm in norms}

    def observe(norm: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        values = inputs[0]
        powers = (torch.ones_like(values), values, values.square())
        sums[norm] += torch.stack([power.sum(dim=(0, 2, 3), dtype=torch.float64) for power in powers])

    hooks = [norm.register_forward_pre_hook(observe) for norm in norms]
    for batch in batches:
        model(batch)
    for hook in hooks:
        hook.remove()
    for norm, (count, total, squares) in sums.items():
        mean = total / count
        variance = (squares / count - mean.square()).clamp(min=0)
        only_add(norm, norm.bias.data, mean.float(), variance.float())


def only_add(norm: nn.Module, offset: Tensor, mean: Tensor | None = None, variance: Tensor | None = None) -> None:
    """Give the norm these statistics, and the scale and bias with which it only adds the offset in evaluation.

    Without statistics its scale is 1 and its mean 0.
    """
    if not isinstance(norm, nn.BatchNorm2d):
        raise ValueError(f"{type(norm).__name__} where a batch norm should be")  # noqa: TRY004  # the file is wrong
    mean = torch.zeros_like(offset) if mean is None else mean
    variance = torch.ones_like(offset) - norm.eps if variance is None else variance
    norm.running_mean, norm.running_var = mean, variance
    norm.weight.data = (variance + norm.eps).sqrt()
    norm.bias.data = offset + mean


def _attributes(node: NodeProto) -> dict[str, list[int]]:
    return {attribute.name: list(attribute.ints) for attribute in node.attribute}


def _module(node: str) -> str:
    """/network/features/features.0/features.0.1/Conv to features.0.1; a part repeats the path so far, or adds to it."""
    name = ""
    for part in node.strip("/").split("/")[:-1]:
        parent, _, place = part.rpartition(".")
        goes_on = parent and (name == parent or name.endswith(f".{parent}"))
        name = f"{name}.{place}" if goes_on else f"{name}.{part}" if name else part
    return name.removeprefix(f"{ROOT}.")
