"""A finished .onnx file as a network that can be trained further: the batch norms that the export folded come back."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from fer_models.errors import ContractError
from fer_models.model_files.folded import FoldedLayer, folded_layers, measure_norms, norm_after, only_add
from fer_models.network.config import XceptionConfig
from fer_models.network.xception import Xception, shape_like

BATCH = 256
LEARNING = (nn.Conv2d, nn.Linear, nn.BatchNorm2d)
CLASSIFIER = "classifier"


def trainable_network(path: Path, network: XceptionConfig, faces: npt.NDArray[np.uint8]) -> Xception:
    """The network of an fp32 file that `fer-models export` wrote, ready to be trained; it answers as the file does.

    network: gives the dropout; stem and channels are the file's. faces: uint8 N×48×48, on which the means and
    variances of the batch norms are measured. The export multiplied a batch norm's scale into the convolution before
    it, so each batch norm comes back with the scale and offset that cancel its own statistics.
    Raises ContractError when the layers of the file are not those of our Xception.
    """
    model = network_of(path, network)
    starts = range(0, len(faces), BATCH)
    measure_norms(model, (torch.from_numpy(faces[start : start + BATCH]).unsqueeze(1).float() for start in starts))
    return model


def network_of(path: Path, network: XceptionConfig) -> Xception:
    """The network of such a file for inference, its batch norms not measured; raises ContractError likewise."""
    layers = {layer.name: layer for layer in folded_layers(path)}
    model = Xception(_with_stem(network, layers))
    try:
        _fill(model, {name: layer.tensors for name, layer in layers.items()})
    except (KeyError, ValueError, RuntimeError) as error:
        raise ContractError(
            f"{path} cannot be trained further: its layers are not those of a float32 Xception from fer-models "
            f"({str(error).splitlines()[0]}); give its checkpoint.pt, or the fp32.onnx of a zoo entry."
        ) from error
    return model.eval()


def _with_stem(network: XceptionConfig, layers: Mapping[str, FoldedLayer]) -> XceptionConfig:
    first = layers.get("features.0.0")
    told = first.attributes if first else {}
    stride, padding = told.get("strides", [network.stem_stride])[0], told.get("pads", [network.stem_padding])[0]
    return replace(network, stem_stride=stride, stem_padding=padding)


def _fill(model: Xception, found: Mapping[str, list[Tensor]]) -> None:
    """Give the model the channels and weights of the file; a folded bias goes to the batch norm that follows."""
    weights = {name: values[0] for name, values in found.items()}
    offsets = {norm_after(name): values[1] for name, values in found.items() if name != CLASSIFIER and len(values) > 1}
    _check(model, weights.keys() | offsets.keys())
    shape_like(model, {f"{name}.weight": value for name, value in {**weights, **offsets}.items()})
    model.load_state_dict({f"{name}.weight": value for name, value in weights.items()}, strict=False)
    model.classifier.bias.data = found[CLASSIFIER][1]
    for name, offset in offsets.items():
        only_add(model.get_submodule(name), offset)


def _check(model: Xception, found: Set[str]) -> None:
    expected = {name for name, module in model.named_modules() if isinstance(module, LEARNING)}
    if expected != found:
        raise ValueError(f"{min(expected ^ found)} is missing, or should not be there")
