"""The finder's network: grey picture in, three maps of cells out."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

from fer_models.eyes.finder.cells import CHANNELS, SCORE, SIZE, STRIDES
from fer_models.eyes.learning.layers import Separable, convolution

FIRST_SCORE = 0.01
FIRST_SIZE = 1.0


@dataclass(frozen=True)
class FinderShape:
    """Widths and depths.

    stem: channels at stride 2. widths and depths: channels and blocks at strides 4, 8, 16 and 32. kernels: of the
    blocks there. neck: channels of the maps that the heads read.
    """

    stem: int = 16
    widths: tuple[int, int, int, int] = (32, 48, 96, 96)
    depths: tuple[int, int, int, int] = (2, 3, 4, 3)
    kernels: tuple[int, int, int, int] = (3, 3, 5, 5)
    neck: int = 48


class Finder(nn.Module):
    """Depthwise separable blocks down to stride 32, the maps added upwards, and a head for each stride.

    Input: float32, N × 1 × H × W, 0–255. Output: three maps as cells.py says.
    """

    def __init__(self, shape: FinderShape | None = None) -> None:
        super().__init__()
        self.shape = shape or FinderShape()
        self.stem = convolution(1, self.shape.stem, 3, stride=2)
        self.stages = nn.ModuleList()
        channels = self.shape.stem
        for width, depth, kernel in zip(self.shape.widths, self.shape.depths, self.shape.kernels, strict=True):
            blocks = [Separable(channels, width, 3, stride=2)]
            blocks += [Separable(width, width, kernel) for _ in range(depth - 1)]
            self.stages.append(nn.Sequential(*blocks))
            channels = width
        neck = self.shape.neck
        self.laterals = nn.ModuleList(convolution(width, neck, 1) for width in self.shape.widths[1:])
        self.heads = nn.ModuleList(
            nn.Sequential(Separable(neck, neck, 3), nn.Conv2d(neck, CHANNELS, 1)) for _ in STRIDES
        )
        for head in self.heads:
            _begin(head[1])

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Raw values of the cells at strides 8, 16 and 32."""
        at = self.stages[0](self.stem(image * (1 / 128) - 1))
        maps = []
        for stage, lateral in zip(self.stages[1:], self.laterals, strict=True):
            at = stage(at)
            maps.append(lateral(at))
        for finer in (1, 0):
            maps[finer] = maps[finer] + functional.interpolate(maps[finer + 1], scale_factor=2.0, mode="nearest")
        return tuple(head(each) for head, each in zip(self.heads, maps, strict=True))


def _begin(last: nn.Conv2d) -> None:
    """Few faces and boxes of a middling size, so that the first steps do not learn just that."""
    nn.init.normal_(last.weight, std=0.01)
    assert last.bias is not None  # noqa: S101  # a convolution with a bias
    nn.init.zeros_(last.bias)
    with torch.no_grad():
        last.bias[SCORE] = float(torch.logit(torch.tensor(FIRST_SCORE)))
        last.bias[SIZE] = FIRST_SIZE
