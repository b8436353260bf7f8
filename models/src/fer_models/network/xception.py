"""Xception (Chollet 2017, arXiv:1610.02357, figure 5), with a width, a stem stride and an input contract."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from fer_models.network.config import PIXEL_CENTRE, XceptionConfig

MIDDLE_BLOCKS = 8


class SeparableConv(nn.Module):
    """A depthwise 3×3 convolution followed by a pointwise 1×1 one, without bias."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(inputs, inputs, 3, padding=1, groups=inputs, bias=False)
        self.pointwise = nn.Conv2d(inputs, outputs, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.pointwise(self.depthwise(x))  # type: ignore[no-any-return]  # nn.Module calls are untyped


class ResidualBlock(nn.Module):
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
    """Logits from raw grey faces: N×C×H×W, 0–255, to N×classes; scaling the pixels is part of the network."""

    def __init__(self, config: XceptionConfig) -> None:
        super().__init__()
        self.config = config
        stem1, stem2, entry1, entry2, middle, out1, out2, out3 = (
            config.channels(n) for n in (32, 64, 128, 256, 728, 1024, 1536, 2048)
        )
        self.features = nn.Sequential(
            _stem(config, stem1, stem2),
            ResidualBlock([stem2, entry1, entry1], stride=2, starts_with_relu=False),
            ResidualBlock([entry1, entry2, entry2], stride=2),
            ResidualBlock([entry2, middle, middle], stride=2),
            *(ResidualBlock([middle] * 4) for _ in range(MIDDLE_BLOCKS)),
            ResidualBlock([middle, middle, out1], stride=2),
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


def initialise(model: nn.Module) -> None:
    """He initialisation for convolutions (He et al. 2015), in place; batch norms keep PyTorch's."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            torch.nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")


def shape_like(model: nn.Module, weights: Mapping[str, Tensor]) -> None:
    """Give every layer the channels that these weights have, in place; this rebuilds a pruned network."""
    for name, module in model.named_modules():
        if isinstance(module, nn.Conv2d):
            _shape_convolution(module, weights[f"{name}.weight"])
        elif isinstance(module, nn.BatchNorm2d):
            _shape_norm(module, len(weights[f"{name}.weight"]))
        elif isinstance(module, nn.Linear):
            module.out_features, module.in_features = weights[f"{name}.weight"].shape
            module.weight = nn.Parameter(torch.empty(module.out_features, module.in_features))


def _shape_convolution(module: nn.Conv2d, weight: Tensor) -> None:
    outputs, inputs = weight.shape[:2]
    depthwise = module.groups > 1
    module.out_channels, module.in_channels = outputs, outputs if depthwise else inputs
    module.groups = outputs if depthwise else 1
    module.weight = nn.Parameter(torch.empty(weight.shape))


def _shape_norm(module: nn.BatchNorm2d, channels: int) -> None:
    module.num_features = channels
    module.weight, module.bias = (nn.Parameter(torch.empty(channels)) for _ in range(2))
    module.running_mean, module.running_var = torch.zeros(channels), torch.ones(channels)
