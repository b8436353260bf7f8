"""Magnitude pruning inside training, as Light-FER prunes.

One threshold holds for the whole network; no layer has a setting of its own.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from fer_models.network.networks import Network
from fer_models.pruning.schedule import sparsity_share


class MagnitudePruning:
    """Sets the smallest weights of convolutions and dense layers to zero, more and more of them; keeps no state."""

    def __init__(self, ratio: float) -> None:
        """ratio: compression ratio R at the end, weights before over weights left; at least 1."""
        self.final_sparsity = 1 - 1 / ratio

    def after_backward(self, model: Network, progress: float) -> None:
        """Leaves the gradients as they are."""

    def after_step(self, model: Network, average: Network, progress: float) -> None:
        weights, averages = prunable(model), prunable(average)
        threshold = _threshold(weights, self.final_sparsity * sparsity_share(progress))
        with torch.no_grad():
            for weight, averaged in zip(weights, averages, strict=True):
                kept = weight.abs() > threshold
                weight.mul_(kept)
                averaged.mul_(kept)


def while_training(ratio: float) -> MagnitudePruning | None:
    """The pruning that takes a run to this compression ratio R; None for 1."""
    return MagnitudePruning(ratio) if ratio > 1 else None


def prunable(model: nn.Module) -> list[Tensor]:
    """The weights that may be pruned, in the network's order."""
    return [module.weight for module in model.modules() if isinstance(module, nn.Conv2d | nn.Linear)]


def _threshold(weights: list[Tensor], sparsity: float) -> Tensor:
    sizes = torch.cat([weight.detach().abs().flatten() for weight in weights])
    smallest = round(sparsity * len(sizes))
    return sizes.kthvalue(smallest).values if smallest else sizes.new_tensor(-1.0)
