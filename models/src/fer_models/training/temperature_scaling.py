"""Temperature scaling: logits divided so that probabilities are calibrated (Guo et al. 2017, section 4.2)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

STEPS = 100
LOWEST, HIGHEST = 0.05, 20.0


def fit_temperature(logits: Tensor, labels: Tensor) -> float:
    """The temperature, LOWEST to HIGHEST, with the least log loss; logits: N×K, labels: int64 N.

    The log loss is convex in the temperature's inverse, so bisection finds it.
    """
    low, high = 1 / HIGHEST, 1 / LOWEST
    for _ in range(STEPS):
        sharpness = torch.tensor((low + high) / 2, dtype=torch.float64, requires_grad=True)
        functional.cross_entropy(logits.double() * sharpness, labels).backward()
        if sharpness.grad is not None and sharpness.grad > 0:
            high = sharpness.item()
        else:
            low = sharpness.item()
    return 1 / low


@torch.no_grad()
def scale_logits(classifier: nn.Linear, temperature: float) -> None:
    """Divide the layer's output by the temperature, in place; the most probable class stays the same."""
    classifier.weight.div_(temperature)
    classifier.bias.div_(temperature)
