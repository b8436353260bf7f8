"""A finder's network as it stands in training, looking at single pictures."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from fer_models.eyes.boxes import Faces
from fer_models.eyes.finder.cells import COARSEST, MIN_SCORE, decode
from fer_models.eyes.imaging import Grey, padded


class TorchFinder:
    """Finds faces with a network in evaluation mode."""

    def __init__(self, model: nn.Module, min_score: float = MIN_SCORE, name: str = "finder") -> None:
        self.model, self.min_score, self.name = model, min_score, name

    @torch.inference_mode()
    def find(self, picture: Grey) -> Faces:
        """The faces of a grey picture of any size."""
        image = torch.from_numpy(padded(picture, COARSEST)).float()[None, None]
        outputs = self.model(image.to(memory_format=torch.channels_last))
        return decode([np.asarray(output.float().numpy()) for output in outputs], self.min_score)[0]
