"""PyTorch, eager, channels last in memory."""

from __future__ import annotations

import numpy as np
import torch

from fer_models.bench.job import Array, Job, Loaded
from fer_models.bench.networks.torch_models import build


def load(job: Job, face: Array) -> Loaded:
    """The network with its weights, on the CPU."""
    torch.set_num_threads(job.threads)
    network = build(job).to(memory_format=torch.channels_last)

    def predict() -> Array:
        with torch.inference_mode():
            pixels = torch.from_numpy(face).contiguous(memory_format=torch.channels_last)
            return np.asarray(network(pixels))

    return Loaded(predict, {"torch": torch.__version__}, provider="eager")
