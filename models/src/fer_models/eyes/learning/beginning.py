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


def load_weights(model: nn.Module, source: Path, kind: str, pictures: Callable[[], Floats] | None = None) -> None:
    """Fill the network from a checkpoint.pt of this kind, an .onnx file, or the fp32 file of a zoo entry.

    A file has no statistics of its batch norms; they are measured on the pictures (N × 1 × H × W), so that training can
    go on. Without pictures the network is good for answering alone. Raises TrainingError or ContractError when the
    source is of another network.
    """
    if not is_finished_model(source):
        _load(model, source, kind)
        return
    fill(model, model_file(source))
    if pictures is not None:
        was_training = model.training
        measure_norms(model.eval(), torch.from_numpy(pictures()).split(BATCH))
        model.train(was_training)


def _load(model: nn.Module, source: Path, kind: str) -> None:
    weights = read_state(source, kind)[AVERAGE]
    if {name: each.shape for name, each in weights.items()} != {n: e.shape for n, e in model.state_dict().items()}:
        raise TrainingError(
            f"{source} is of a {kind} of another shape; give one that this version of fer-models trained."
        )
    model.load_state_dict(weights)
