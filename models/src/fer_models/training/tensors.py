"""A data set as a run reads it: pictures and targets as tensors, all of them on the device."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from fer_wire.emotions import EMOTIONS
from torch import Tensor

from fer_models.data.balance import class_weights
from fer_models.data.faces import Faces
from fer_models.training.recipe import NO_WEIGHTS, Recipe


@dataclass(frozen=True)
class FaceTensors:
    """images: uint8 N×1×48×48; targets: float32 N×7, rows add up to 1; labels: int64 N; weights: float32 N, mean 1."""

    images: Tensor
    targets: Tensor
    labels: Tensor
    weights: Tensor

    def __len__(self) -> int:
        return len(self.labels)


Shares = npt.NDArray[np.float32]


def face_tensors(
    faces: Faces,
    recipe: Recipe,
    device: torch.device,
    translated: Shares | None = None,
    answers: Shares | None = None,
) -> FaceTensors:
    """The faces on the device.

    translated: what FER+'s taggers said of each, over the labels; answers: what tutors say. Both float32 N×7.
    """
    labels = torch.from_numpy(faces.labels)
    targets = torch.full((len(faces), len(EMOTIONS)), recipe.label_smoothing / len(EMOTIONS))
    targets[torch.arange(len(faces)), labels] += 1 - recipe.label_smoothing
    if translated is not None:
        targets = torch.lerp(targets, torch.from_numpy(translated), recipe.votes_share)
    if answers is not None:
        targets = torch.lerp(targets, torch.from_numpy(answers), recipe.tutor_share)
    return FaceTensors(
        torch.from_numpy(faces.images).unsqueeze(1).to(device),
        targets.to(device),
        labels.to(device),
        _weights(faces.labels, recipe.class_weights).to(device),
    )


def _weights(labels: npt.NDArray[np.int64], how: str) -> Tensor:
    if how == NO_WEIGHTS or not len(labels):
        return torch.ones(len(labels))
    return torch.from_numpy(class_weights(labels, how))[torch.from_numpy(labels)]
