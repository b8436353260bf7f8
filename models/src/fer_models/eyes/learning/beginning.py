"""Weights to begin with: the averaged ones of a checkpoint, or those of a finished model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from fer_models.errors import TrainingError
from fer_models.eyes.imaging import Floats
from fer_models.eyes.learning.checkpoint import AVERAGE, read_state
from fer_models.model_files.finished import is_finished_model, model_file
from fer_models.model_files.folded import fill, measure_norms

BATCH = 32


LEAST_COMMON = 0.5
"""The share of a network's tensors that a checkpoint must have in the same shape, for training to begin with it."""


def load_weights(model: nn.Module, source: Path, kind: str, pictures: Callable[[], Floats] | None = None) -> None:
    """Fill the network from a checkpoint.pt of this kind, an .onnx file, or the fp32 file of a zoo entry.

    With pictures (N × 1 × H × W) training can go on: a file has no statistics of its batch norms, which are measured on
    them, and the layers that a checkpoint has in another shape begin anew. Without pictures the network is good for
    answering alone. Raises TrainingError or ContractError when the source is of another network.
    """
    if not is_finished_model(source):
        _load(model, source, kind, LEAST_COMMON if pictures else 1.0)
        return
    fill(model, model_file(source))
    if pictures is not None:
        was_training = model.training
        measure_norms(model.eval(), torch.from_numpy(pictures()).split(BATCH))
        model.train(was_training)


def _load(model: nn.Module, source: Path, kind: str, least_common: float) -> None:
    own = model.state_dict()
    weights = read_state(source, kind)[AVERAGE]
    common = {name: each for name, each in weights.items() if name in own and own[name].shape == each.shape}
    if len(common) < least_common * max(len(own), len(weights)):
        raise TrainingError(
            f"{source} is of a {kind} of another shape; give one that this version of fer-models trained."
        )
    model.load_state_dict(common, strict=False)
