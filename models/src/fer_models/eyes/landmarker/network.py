"""The landmarker's network: a grey crop in, landmarks, their visibility and the head's angles out."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from fer_models.eyes.data.landmarks import COUNT
from fer_models.eyes.landmarker.crop import SIDE_PX
from fer_models.eyes.learning.layers import Separable, convolution

ANGLES = 3
LAST_PX = SIDE_PX // 16


@dataclass(frozen=True)
class LandmarkerShape:
    """Widths and depths.

    stem: channels at stride 2. widths and depths: channels and blocks at strides 4, 8 and 16. narrow: channels of the
    4 × 4 map that the answers are read from.
    """

    stem: int = 24
    widths: tuple[int, int, int] = (48, 96, 160)
    depths: tuple[int, int, int] = (2, 4, 5)
    narrow: int = 40


class Landmarker(nn.Module):
    """Depthwise separable blocks, and one linear layer that reads the last map as a whole.

    Input: float32, N × 1 × 64 × 64, 0–255. Output: landmarks, visible, angles as crop.py says.
    """

    def __init__(self, shape: LandmarkerShape | None = None) -> None:
        super().__init__()
        self.shape = shape or LandmarkerShape()
        layers: list[nn.Module] = [convolution(1, self.shape.stem, 3, stride=2)]
        channels = self.shape.stem
        for width, depth in zip(self.shape.widths, self.shape.depths, strict=True):
            layers.append(Separable(channels, width, 3, stride=2))
            layers += [Separable(width, width, 3) for _ in range(depth - 1)]
            channels = width
        self.body = nn.Sequential(*layers, convolution(channels, self.shape.narrow, 1))
        self.answers = nn.Linear(self.shape.narrow * LAST_PX**2, 3 * COUNT + ANGLES)
        nn.init.normal_(self.answers.weight, std=0.01)
        nn.init.constant_(self.answers.bias, 0.0)
        nn.init.constant_(self.answers.bias[: 2 * COUNT], 0.5)

    def forward(self, face: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Landmarks N × 68 × 2, visible N × 68, angles N × 3."""
        told = self.answers(self.body(face * (1 / 128) - 1).flatten(1))
        landmarks = told[:, : 2 * COUNT].reshape(-1, COUNT, 2)
        return landmarks, told[:, 2 * COUNT : 3 * COUNT], told[:, 3 * COUNT :]
