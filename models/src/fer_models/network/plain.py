"""Convolutions one after the other, then dense layers: VGG-16 and the simple CNN.

While they learn, a batch norm follows each convolution, so that they take the recipe of an Xception. The export folds
it, and what runs is the published network.
"""

from __future__ import annotations

import itertools

from torch import Tensor, nn

from fer_models.network.config import PIXEL_CENTRE, PeerConfig
from fer_models.network.peers import PlainShape


class Plain(nn.Module):
    """Logits from raw faces: N×C×px×px, 0–255, to N×classes; scaling the pixels is part of the network."""

    def __init__(self, config: PeerConfig, shape: PlainShape) -> None:
        super().__init__()
        self.config = config
        self.features = nn.Sequential(*_convolutions(config.in_channels, shape))
        flat = shape.stages[-1][-1] * shape.side(config.px) ** 2
        self.dense = nn.Sequential(nn.Flatten(), *_dense(flat, shape))
        self.classifier = nn.Linear(shape.dense[-1], config.classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.dense(self.features(x / PIXEL_CENTRE - 1.0)))  # type: ignore[no-any-return]  # nn.Module calls are untyped


def _convolutions(inputs: int, shape: PlainShape) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for stage in shape.stages:
        for outputs in stage:
            convolution = nn.Conv2d(inputs, outputs, 3, padding=shape.padding, bias=False)
            layers += [convolution, nn.BatchNorm2d(outputs), nn.ReLU()]
            inputs = outputs
        layers.append(nn.MaxPool2d(2))
    return layers


def _dense(flat: int, shape: PlainShape) -> list[nn.Module]:
    pairs = itertools.pairwise((flat, *shape.dense))
    return [layer for pair in pairs for layer in (nn.Linear(*pair), nn.ReLU(), nn.Dropout(shape.dropout))]
