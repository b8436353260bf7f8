"""Xception (Chollet 2017, arXiv:1610.02357, figure 5), with a width, a stem stride and an input contract."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import torch
from torch import Tensor, nn

CHANNEL_MULTIPLE = 8
MIDDLE_BLOCKS = 8
PIXEL_CENTRE = 127.5


@dataclass(frozen=True)
class XceptionConfig:
    """Everything that decides the shape of the network; width 1, 3 channels, 1000 classes is the paper's."""

    width: float = 1.0
    in_channels: int = 1
    classes: int = 7
    stem_stride: int = 2
    stem_padding: int = 0
    dropout: float = 0.0

    def channels(self, published: int) -> int:
        """Scale a published channel count by the width, to a multiple of 8 (published counts stay at width 1)."""
        if self.width == 1.0:
            return published
        return max(CHANNEL_MULTIPLE, CHANNEL_MULTIPLE * round(published * self.width / CHANNEL_MULTIPLE))


class SeparableConv(nn.Module):
    """A depthwise 3×3 convolution followed by a pointwise 1×1 one, without bias."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(inputs, inputs, 3, padding=1, groups=inputs, bias=False)
        self.pointwise = nn.Conv2d(inputs, outputs, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.pointwise(self.depthwise(x))  # type: ignore[no-any-return]  # nn.Module calls are untyped


class Block(nn.Module):
    """Separable convolutions with a residual connection, which is projected where the shape changes."""

    def __init__(self, channels: list[int], stride: int = 1, starts_with_relu: bool = True) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, outputs in itertools.pairwise(channels):
            layers += [nn.ReLU(), SeparableConv(inputs, outputs), nn.BatchNorm2d(outputs)]
        if stride != 1:
            layers.append(nn.MaxPool2d(3, stride, padding=1))
        self.body = nn.Sequential(*(layers if starts_with_relu else layers[1:]))
        self.skip: nn.Module = nn.Identity()
        if stride != 1 or channels[0] != channels[-1]:
            self.skip = nn.Sequential(
                nn.Conv2d(channels[0], channels[-1], 1, stride, bias=False), nn.BatchNorm2d(channels[-1])
            )

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x) + self.skip(x)  # type: ignore[no-any-return]  # nn.Module calls are untyped


def _stem(config: XceptionConfig, first: int, second: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(config.in_channels, first, 3, config.stem_stride, config.stem_padding, bias=False),
        nn.BatchNorm2d(first),
        nn.ReLU(),
        nn.Conv2d(first, second, 3, padding=config.stem_padding, bias=False),
        nn.BatchNorm2d(second),
        nn.ReLU(),
    )


def _exit(wide: int, wider: int, widest: int) -> nn.Sequential:
    return nn.Sequential(
        SeparableConv(wide, wider),
        nn.BatchNorm2d(wider),
        nn.ReLU(),
        SeparableConv(wider, widest),
        nn.BatchNorm2d(widest),
        nn.ReLU(),
    )


class Xception(nn.Module):
    """Logits from raw grey faces: N×C×H×W, 0–255, to N×classes; the scaling of pixels lies inside."""

    def __init__(self, config: XceptionConfig) -> None:
        super().__init__()
        self.config = config
        stem1, stem2, entry1, entry2, middle, out1, out2, out3 = (
            config.channels(n) for n in (32, 64, 128, 256, 728, 1024, 1536, 2048)
        )
        self.features = nn.Sequential(
            _stem(config, stem1, stem2),
            Block([stem2, entry1, entry1], stride=2, starts_with_relu=False),
            Block([entry1, entry2, entry2], stride=2),
            Block([entry2, middle, middle], stride=2),
            *(Block([middle] * 4) for _ in range(MIDDLE_BLOCKS)),
            Block([middle, middle, out1], stride=2),
            _exit(out1, out2, out3),
        )
        self.dropout = nn.Dropout(config.dropout)
        self.classifier = nn.Linear(out3, config.classes)

    def forward(self, x: Tensor) -> Tensor:
        features = self.features(x / PIXEL_CENTRE - 1.0).mean(dim=(2, 3))
        return self.classifier(self.dropout(features))  # type: ignore[no-any-return]  # nn.Module calls are untyped


def parameter_counts(model: nn.Module) -> tuple[int, int]:
    """(trainable parameters, the same plus batch-norm running means and variances)."""
    trainable = sum(p.numel() for p in model.parameters())
    running = sum(2 * m.num_features for m in model.modules() if isinstance(m, nn.BatchNorm2d))
    return trainable, trainable + running


def light(width: float = 0.25) -> Xception:
    """The small network of the zoo: 48-pixel faces, a stem of stride 1 that keeps the picture's size."""
    return Xception(XceptionConfig(width=width, stem_stride=1, stem_padding=1, dropout=0.1))


def initialise(model: nn.Module) -> None:
    """He initialisation for convolutions (He et al. 2015), in place; batch norms keep PyTorch's."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            torch.nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
