"""Small training runs on made-up faces, and who listens to them."""

import os
import signal
from pathlib import Path
from typing import Any

from fer_models.data.augmentation import Augmentation
from fer_models.network.config import XceptionConfig
from fer_models.training.recipe import Recipe
from made_models import made_faces

STILL = Augmentation(0, 0, 0, 0, 0, 0, 0)
RECIPE = Recipe(
    network=XceptionConfig(width=0.05, stem_stride=1, stem_padding=1, dropout=0.1),
    epochs=3,
    batch=14,
    augmentation=STILL,
)


class Listener:
    """Hears epochs, and can stop a run at a step."""

    def __init__(self, stop_at: int = -1, sent: int = signal.SIGINT) -> None:
        self.entries: list[dict[str, Any]] = []
        self.steps: list[int] = []
        self._stop_at, self._sent = stop_at, sent

    def step(self, step: int, steps: int) -> None:
        self.steps.append(step)
        if step == self._stop_at:
            os.kill(os.getpid(), self._sent)

    def epoch(self, entry: dict[str, Any]) -> None:
        self.entries.append(entry)


def as_input(images: Any) -> Any:
    """uint8 N×48×48 to the contract's float32 N×1×48×48, 0–255, as a tensor."""
    import torch

    return torch.from_numpy(images).unsqueeze(1).float()


def started(folder: Path, recipe: Recipe = RECIPE, faces: int = 42, **more: Any) -> Any:
    import torch
    from fer_models.training.run import TrainingRun
    from fer_models.training.tensors import face_tensors
    from fer_models.training.trainer import Trainer, new_model

    cpu = torch.device("cpu")
    trainer = Trainer(recipe, face_tensors(made_faces(faces), recipe, cpu), new_model(recipe), **more)
    return TrainingRun(trainer, face_tensors(made_faces(14, seed=1), recipe, cpu), folder)
