"""ResNet-50 (He et al. 2016, arXiv:1512.03385), strided in a bottleneck's first convolution, as published."""

from __future__ import annotations

from torch import Tensor, nn

from fer_models.network.config import PIXEL_CENTRE, PeerConfig
from fer_models.network.peers import ResidualShape

STEM = 64
EXPANSION = 4


class Bottleneck(nn.Module):
    """Convolutions of 1×1, 3×3 and 1×1 with a residual connection, which is projected where the shape changes."""

    def __init__(self, inputs: int, middle: int, stride: int) -> None:
        super().__init__()
        outputs = EXPANSION * middle
        self.body = nn.Sequential(
            *_normed(inputs, middle, 1, stride),
            nn.ReLU(),
            *_normed(middle, middle, 3),
            nn.ReLU(),
            *_normed(middle, outputs, 1),
        )
        self.skip: nn.Module = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.skip = nn.Sequential(*_normed(inputs, outputs, 1, stride))
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        return self.relu(self.body(x) + self.skip(x))  # type: ignore[no-any-return]  # nn.Module calls are untyped


class ResNet(nn.Module):
    """Logits from raw faces: N×C×px×px, 0–255, to N×classes; scaling the pixels is part of the network."""

    def __init__(self, config: PeerConfig, shape: ResidualShape) -> None:
        super().__init__()
        self.config = config
        stem = (*_normed(config.in_channels, STEM, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1))
        self.features = nn.Sequential(*stem, *_bottlenecks(shape))
        self.classifier = nn.Linear(EXPANSION * shape.channels[-1], config.classes)

    def forward(self, x: Tensor) -> Tensor:
        features = self.features(x / PIXEL_CENTRE - 1.0).mean(dim=(2, 3))
        return self.classifier(features)  # type: ignore[no-any-return]  # nn.Module calls are untyped


def _normed(inputs: int, outputs: int, size: int, stride: int = 1) -> tuple[nn.Conv2d, nn.BatchNorm2d]:
    return nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False), nn.BatchNorm2d(outputs)


def _bottlenecks(shape: ResidualShape) -> list[Bottleneck]:
    """Every stage but the first begins with a stride of 2."""
    blocks, inputs = [], STEM
    for stage, (count, middle) in enumerate(zip(shape.blocks, shape.channels, strict=True)):
        for place in range(count):
            blocks.append(Bottleneck(inputs, middle, 2 if stage and not place else 1))
            inputs = EXPANSION * middle
    return blocks
