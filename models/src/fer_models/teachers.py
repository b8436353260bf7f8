"""Finished networks that teach another, asked about the very views that it learns from.

A teacher that sees the same view says more than one that was asked about the picture once, before the run (Beyer et al.
2022, arXiv:2106.05237); the price is the teacher's time at every step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from fer_models.checkpoint import digest, load_trained
from fer_models.recipe import Recipe

TEMPERATURE = 1.0
LEAST_PROBABILITY = 1e-7


class Teachers(nn.Module):
    """Several networks as one."""

    def __init__(self, networks: Sequence[nn.Module]) -> None:
        super().__init__()
        self.networks = nn.ModuleList(networks)

    def forward(self, images: Tensor) -> Tensor:
        """Logarithm of the networks' mean probabilities: N×1×H×W in 0–255 to float32 N×7."""
        said = [network(images).float().softmax(dim=1) for network in self.networks]
        return torch.stack(said).mean(dim=0).clamp_min(LEAST_PROBABILITY).log()


def teachers_of(checkpoints: Sequence[Path]) -> Teachers | None:
    """The averaged networks of these checkpoints, or None where there are none.

    Raises TrainingError when one is missing or damaged.
    """
    return Teachers([load_trained(checkpoint) for checkpoint in checkpoints]) if checkpoints else None


def taught(recipe: Recipe, checkpoints: Sequence[Path], share: float) -> Recipe:
    """The recipe with these teachers in it, if there are any; their word is that share of the loss (0–1)."""
    if not checkpoints:
        return recipe
    digests = tuple(digest(checkpoint) for checkpoint in checkpoints)
    return replace(recipe, teachers=digests, teacher_share=share, temperature=TEMPERATURE)
