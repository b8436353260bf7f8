"""The running average of a network's weights, which is what is evaluated and exported."""

from __future__ import annotations

import copy

import torch
from torch import nn


class Average:
    """A copy of the model that follows it slowly; statistics of the normalizations included."""

    def __init__(self, model: nn.Module) -> None:
        self.model = copy.deepcopy(model).eval().requires_grad_(False)

    @torch.no_grad()
    def follow(self, model: nn.Module, keep: float) -> None:
        """Go a step of 1 - keep towards the model."""
        own = self.model.state_dict()
        for name, value in model.state_dict().items():
            if value.is_floating_point():
                own[name].lerp_(value, 1 - keep)
            else:
                own[name].copy_(value)
