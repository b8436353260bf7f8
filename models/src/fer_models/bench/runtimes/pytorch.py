"""PyTorch, eager, channels last in memory."""

from __future__ import annotations

import numpy as np
import torch

from fer_models.bench.job import Array, Job, LoadedModel
from fer_models.bench.networks.torch_models import build_torch


def load(job: Job, face: Array) -> LoadedModel:
    """The network with its weights, on the CPU."""
    torch.set_num_threads(job.threads)
    network = build_torch(job).to(memory_format=torch.channels_last)

    def predict() -> Array:
        with torch.inference_mode():
            pixels = torch.from_numpy(face).contiguous(memory_format=torch.channels_last)
            return np.asarray(network(pixels))

    return LoadedModel(predict, {"torch": torch.__version__}, provider="eager")
