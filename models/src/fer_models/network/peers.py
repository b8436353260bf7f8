"""The networks that the paper compares its own with, layer by layer, for any framework to build."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PlainShape:
    """Convolutions of 3×3, each with a ReLU, in stages that end in a pool of 2×2; then dense layers with ReLU.

    stages: output channels, convolution by convolution; dense: outputs, without those of the classifier that follows;
    padding: of the convolutions; dropout: after each dense layer, while it learns.
    """

    stages: tuple[tuple[int, ...], ...]
    dense: tuple[int, ...]
    padding: int
    dropout: float = 0.0

    def side(self, px: int) -> int:
        """Side of the map after the last stage, for pictures of px × px."""
        for stage in self.stages:
            px = (px - len(stage) * (2 - 2 * self.padding)) // 2
        return px


@dataclass(frozen=True)
class ResidualShape:
    """Bottlenecks after a stem: how many, and how many channels in their middle, stage by stage."""

    blocks: tuple[int, ...]
    channels: tuple[int, ...]


VGG_SHAPE = PlainShape(
    ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512)), (4096, 4096), padding=1, dropout=0.5
)
"""Configuration D of Simonyan and Zisserman 2015, arXiv:1409.1556."""

CNN_SHAPE = PlainShape(((32,), (64,), (128,)), (128,), padding=0)
"""The paper does not say what its simple CNN looks like; this is a usual one."""

RESNET_SHAPE = ResidualShape((3, 4, 6, 3), (64, 128, 256, 512))
"""ResNet-50 of He et al. 2016, arXiv:1512.03385, table 1."""
