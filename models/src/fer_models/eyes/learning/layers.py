"""The layers of both networks: convolutions whose normalization folds into them."""

from __future__ import annotations

import torch
from torch import nn


def convolution(channels: int, width: int, kernel: int, stride: int = 1) -> nn.Sequential:
    """Convolution, batch normalization, ReLU."""
    return nn.Sequential(
        nn.Conv2d(channels, width, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(inplace=True),
    )


class Separable(nn.Module):
    """A depthwise convolution, one across the channels, normalization, ReLU; added to its input where it can be."""

    def __init__(self, channels: int, width: int, kernel: int, stride: int = 1) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(channels, channels, kernel, stride, kernel // 2, groups=channels, bias=False)
        self.across = convolution(channels, width, 1)
        self.adds = channels == width and stride == 1

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """N × channels × H × W to N × width × H/stride × W/stride."""
        found = self.across(self.depthwise(maps))
        return maps + found if self.adds else found  # type: ignore[no-any-return]
