"""What the landmarker's training run learns from and is judged by."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from fer_models.eyes.landmarker.crop import REACH
from fer_models.eyes.landmarker.sample import Cropper
from fer_models.eyes.learning.run import Figures

KIND = "landmarker"
VISIBLE_WEIGHT, ANGLES_WEIGHT = 0.1, 0.1
WING, WING_BEND = 0.1, 0.02
"""The wing loss, in shares of the face: steep for small errors, linear from WING on."""


class LandmarkerLesson:
    """Cuts samples and asks the network."""

    kind = KIND

    def __init__(self, cropper: Cropper, judge: Callable[[nn.Module], Figures]) -> None:
        self.cropper, self.judge = cropper, judge

    def loss(self, model: nn.Module, count: int, rng: np.random.Generator) -> tuple[torch.Tensor, Figures]:
        crops = [self.cropper.cut(rng) for _ in range(count)]
        pixels = torch.from_numpy(np.stack([crop.pixels for crop in crops]))[:, None].float()
        landmarks, visible, angles = model(pixels.to(memory_format=torch.channels_last))
        wanted = [
            torch.from_numpy(np.stack([getattr(c, n) for c in crops])) for n in ("landmarks", "visible", "angles")
        ]
        parts = {
            "landmarks": wing(known(landmarks - wanted[0])),
            "visible": VISIBLE_WEIGHT * _seen(visible, wanted[1]),
            "angles": ANGLES_WEIGHT * known(angles - wanted[2]).abs().mean(),
        }
        return torch.stack(list(parts.values())).sum(), {name: float(part.detach()) for name, part in parts.items()}

    def measured(self, model: nn.Module) -> Figures:
        return self.judge(model)


def known(values: torch.Tensor) -> torch.Tensor:
    """Those that are numbers, flat."""
    return values[~torch.isnan(values)]


def wing(wrong: torch.Tensor) -> torch.Tensor:
    """The wing loss (Feng et al. 2018) of errors in shares of the crop; its mean."""
    size = wrong.abs() * REACH
    constant = WING - WING * float(np.log1p(WING / WING_BEND))
    return torch.where(size < WING, WING * torch.log1p(size / WING_BEND), size - constant).mean()


def _seen(logits: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    there = ~torch.isnan(wanted)
    return functional.binary_cross_entropy_with_logits(logits[there], wanted[there])
