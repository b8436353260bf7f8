"""Teachers: networks that are asked, at every step, about the very views that the student learns from.

A teacher that sees the same view tells more than one that was asked about the image once, before the run (Beyer et al.
2022, arXiv:2106.05237). It costs the teacher's time at every step. (Tutors, in tutor_labels.py, are asked once.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from fer_models.data.faces import FACE_PX
from fer_models.model_files.finished import is_finished_model, model_file
from fer_models.model_files.from_onnx import network_of
from fer_models.model_files.runtime import Classifier
from fer_models.network.config import XceptionConfig
from fer_models.training.checkpoint import digest, load_trained
from fer_models.training.recipe import Recipe

TEMPERATURE = 1.0
LEAST_PROBABILITY = 1e-7


class FinishedTeacher(nn.Module):
    """A finished model; on a CPU ONNX Runtime runs it, which takes less time than PyTorch."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path, self.network = path, network_of(path, XceptionConfig())
        self._classifier: Classifier | None = None

    def forward(self, images: Tensor) -> Tensor:
        """Logits, or logarithms of the probabilities: N×1×H×W in 0–255 to float32 N×7."""
        if images.shape[-1] != FACE_PX or images.is_cuda or torch.is_autocast_enabled("cpu"):
            return self.network(images)  # type: ignore[no-any-return]  # nn.Module calls are untyped
        self._classifier = self._classifier or Classifier(self.path, torch.get_num_threads())
        return torch.from_numpy(self._classifier.predict(images.numpy())).clamp_min(LEAST_PROBABILITY).log()


class TeacherEnsemble(nn.Module):
    """Several networks that answer as one."""

    def __init__(self, networks: Sequence[nn.Module]) -> None:
        super().__init__()
        self.networks = nn.ModuleList(networks)

    def forward(self, images: Tensor) -> Tensor:
        """Logarithm of the networks' mean probabilities: N×1×H×W in 0–255 to float32 N×7."""
        answers = [network(images).float().softmax(dim=1) for network in self.networks]
        return torch.stack(answers).mean(dim=0).clamp_min(LEAST_PROBABILITY).log()


def teacher_ensemble(paths: Sequence[Path]) -> TeacherEnsemble | None:
    """The networks of these checkpoints (averaged weights) and finished models; None where there are none.

    Raises TrainingError when a checkpoint is missing or damaged, ContractError when a model is not one of ours.
    """
    return TeacherEnsemble([_network(path) for path in paths]) if paths else None


def with_teachers(recipe: Recipe, paths: Sequence[Path], share: float) -> Recipe:
    """The recipe, naming these teachers if there are any; share: what they are of the loss, 0–1."""
    if not paths:
        return recipe
    digests = tuple(digest(model_file(path)) for path in paths)
    return replace(recipe, teachers=digests, teacher_share=share, temperature=TEMPERATURE)


def _network(path: Path) -> nn.Module:
    return FinishedTeacher(model_file(path)) if is_finished_model(path) else load_trained(path)
