"""Structured pruning over dependency groups (Fang et al. 2023, arXiv:2301.12900).

Whole channels are removed, in all layers that share them. Only this file imports Torch-Pruning.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable

import torch
import torch_pruning

from fer_models.data.faces import FACE_PX
from fer_models.network.config import CHANNEL_MULTIPLE
from fer_models.network.networks import Network

MOST_OF_A_LAYER = 0.8
SEARCH_STEPS = 8


class SparseLearning:
    """Pushes the weakest channels of each group towards zero during training, so that little is lost with them."""

    def __init__(self, model: Network, strength: float) -> None:
        """strength: of the group-norm regulariser, about 1e-4."""
        self._pruner = _pruner(model, 0.0, strength)

    def after_backward(self, model: Network, progress: float) -> None:  # noqa: ARG002  # the push is the same all along
        self._pruner.regularize(model)

    def after_step(self, model: Network, average: Network, progress: float) -> None:
        """Leaves the weights to the optimiser."""


def cut(model: Network, share: float) -> Network:
    """A copy without about that share (0–1) of the channels, the weakest; each layer keeps a multiple of 8."""
    smaller = copy.deepcopy(model).cpu()
    _pruner(smaller, share).step()
    return smaller.to(memory_format=torch.channels_last).eval()  # type: ignore[call-overload, no-any-return]  # torch's stub lacks it


def largest(model: Network, meets: Callable[[Network], bool]) -> Network | None:
    """The largest cut network that meets a demand; smaller ones must meet it too. None where no cut does."""
    found = None
    low, high = 0.0, MOST_OF_A_LAYER
    if not meets(cut(model, high)):
        return None
    for _ in range(SEARCH_STEPS):
        share = (low + high) / 2
        smaller = cut(model, share)
        if meets(smaller):
            high, found = share, smaller
        else:
            low = share
    return found or cut(model, high)


def _pruner(model: Network, share: float, strength: float = 0.0) -> torch_pruning.pruner.GroupNormPruner:
    device = next(model.parameters()).device
    example = torch.zeros(1, model.config.in_channels, FACE_PX, FACE_PX, device=device)
    model.eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its dependencies' deprecations
        return torch_pruning.pruner.GroupNormPruner(
            model,
            example,
            importance=torch_pruning.importance.GroupMagnitudeImportance(),
            reg=strength,
            global_pruning=True,
            isomorphic=True,
            pruning_ratio=share,
            max_pruning_ratio=MOST_OF_A_LAYER,
            round_to=CHANNEL_MULTIPLE,
            ignored_layers=[model.classifier],
        )
