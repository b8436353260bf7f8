"""A finished .onnx file as a network that can be trained further: the batch norms that the export folded come back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import NodeProto, numpy_helper
from torch import Tensor, nn

from fer_models.errors import ContractError
from fer_models.model_files.float16 import widened
from fer_models.network.config import XceptionConfig
from fer_models.network.xception import Xception, shape_like

BATCH = 256
LAYERS = ("Conv", "Gemm")
LEARNING = (nn.Conv2d, nn.Linear, nn.BatchNorm2d)
ROOT, CLASSIFIER = "network", "classifier"


def trainable_network(path: Path, network: XceptionConfig, faces: npt.NDArray[np.uint8]) -> Xception:
    """The network of an fp32 file that `fer-models export` wrote, ready to be trained; it answers as the file does.

    network: gives the dropout; stem and channels are the file's. faces: uint8 N×48×48, on which the means and
    variances of the batch norms are measured. The export multiplied a batch norm's scale into the convolution before
    it, so each batch norm comes back with the scale and offset that cancel its own statistics.
    Raises ContractError when the layers of the file are not those of our Xception.
    """
    model = network_of(path, network)
    _measure(model, faces)
    return model


def network_of(path: Path, network: XceptionConfig) -> Xception:
    """The network of such a file for inference, its batch norms not measured; raises ContractError likewise."""
    layers = {_module(node.name): node for node in _layers(path)}
    stored = {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()) for t in _graph(path).initializer}
    model = Xception(_with_stem(network, layers))
    try:
        _fill(model, {name: [stored[each] for each in node.input[1:]] for name, node in layers.items()})
    except (KeyError, ValueError, RuntimeError) as error:
        raise ContractError(
            f"{path} cannot be trained further: its layers are not those of a float32 Xception from fer-models "
            f"({str(error).splitlines()[0]}); give its checkpoint.pt, or the fp32.onnx of a zoo entry."
        ) from error
    return model.eval()


def _graph(path: Path) -> onnx.GraphProto:
    try:
        return widened(onnx.load(path)).graph
    except Exception as error:  # onnx and protobuf share no base
        raise ContractError(f"{path} is not an .onnx file ({error}); give a checkpoint.pt or a zoo entry.") from error


def _layers(path: Path) -> Iterator[NodeProto]:
    return (node for node in _graph(path).node if node.op_type in LAYERS)


def _module(node: str) -> str:
    """/network/features/features.0/features.0.1/Conv to features.0.1; a part repeats the path so far, or adds to it."""
    name = ""
    for part in node.strip("/").split("/")[:-1]:
        parent, _, place = part.rpartition(".")
        goes_on = parent and (name == parent or name.endswith(f".{parent}"))
        name = f"{name}.{place}" if goes_on else f"{name}.{part}" if name else part
    return name.removeprefix(f"{ROOT}.")


def _with_stem(network: XceptionConfig, layers: Mapping[str, NodeProto]) -> XceptionConfig:
    first = layers.get("features.0.0")
    told = {attribute.name: list(attribute.ints) for attribute in (first.attribute if first else ())}
    stride, padding = told.get("strides", [network.stem_stride])[0], told.get("pads", [network.stem_padding])[0]
    return replace(network, stem_stride=stride, stem_padding=padding)


def _fill(model: Xception, found: Mapping[str, list[Tensor]]) -> None:
    """Give the model the channels and weights of the file; a folded bias goes to the batch norm that follows."""
    weights = {name: values[0] for name, values in found.items()}
    offsets = {_norm(name): values[1] for name, values in found.items() if name != CLASSIFIER and len(values) > 1}
    _check(model, weights.keys() | offsets.keys())
    shape_like(model, {f"{name}.weight": value for name, value in {**weights, **offsets}.items()})
    model.load_state_dict({f"{name}.weight": value for name, value in weights.items()}, strict=False)
    model.classifier.bias.data = found[CLASSIFIER][1]
    for name, offset in offsets.items():
        norm = model.get_submodule(name)
        _only_add(norm, offset, torch.zeros_like(offset), torch.ones_like(offset) - norm.eps)


def _check(model: Xception, found: Set[str]) -> None:
    expected = {name for name, module in model.named_modules() if isinstance(module, LEARNING)}
    if expected != found:
        raise ValueError(f"{min(expected ^ found)} is missing, or should not be there")


def _norm(convolution: str) -> str:
    """The batch norm after a convolution: features.1.body.0.pointwise is followed by features.1.body.1."""
    parent, _, place = convolution.removesuffix(".pointwise").rpartition(".")
    return f"{parent}.{int(place) + 1}"


@torch.no_grad()
def _measure(model: Xception, faces: npt.NDArray[np.uint8]) -> None:
    """Set each batch norm's statistics to those of its input, while it only adds an offset."""
    norms = [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]
    sums = {norm: torch.zeros(3, norm.num_features, dtype=torch.float64) for norm in norms}

    def observe(norm: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        values = inputs[0]
        powers = (torch.ones_like(values), values, values.square())
        sums[norm] += torch.stack([power.sum(dim=(0, 2, 3), dtype=torch.float64) for power in powers])

    hooks = [norm.register_forward_pre_hook(observe) for norm in norms]
    for start in range(0, len(faces), BATCH):
        model(torch.from_numpy(faces[start : start + BATCH]).unsqueeze(1).float())
    for hook in hooks:
        hook.remove()
    for norm, (count, total, squares) in sums.items():
        mean = total / count
        variance = (squares / count - mean.square()).clamp(min=0)
        _only_add(norm, norm.bias.data, mean.float(), variance.float())


def _only_add(norm: nn.BatchNorm2d, offset: Tensor, mean: Tensor, variance: Tensor) -> None:
    """Give the norm these statistics, and the scale and bias with which it only adds the offset in evaluation."""
    norm.running_mean, norm.running_var = mean, variance
    norm.weight.data = (variance + norm.eps).sqrt()
    norm.bias.data = offset + mean
