"""Labelled faces as tensors on the device that trains: images, soft targets, labels and weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from fer_wire.emotions import EMOTIONS
from torch import Tensor

from fer_models.data.balance import class_weights
from fer_models.data.faces import LabelledFaces
from fer_models.training.recipe import NO_WEIGHTS, Recipe


@dataclass(frozen=True)
class FaceTensors:
    """images: uint8 N×1×48×48; targets: float32 N×7, rows sum to 1; labels: int64 N.

    weights: float32 N, mean 1; trust: float32 N, how much of the loss is the label's and not the teachers', 0–1.
    """

    images: Tensor
    targets: Tensor
    labels: Tensor
    weights: Tensor
    trust: Tensor

    def __len__(self) -> int:
        return len(self.labels)


Origin = npt.NDArray[np.int64]
SoftLabels = npt.NDArray[np.float32]


def face_tensors(
    faces: LabelledFaces,
    recipe: Recipe,
    device: torch.device,
    votes: SoftLabels | None = None,
    tutors: SoftLabels | None = None,
    origin: Origin | None = None,
) -> FaceTensors:
    """The faces on the device, with targets, weights and trust as the recipe asks.

    votes: FER+'s votes, translated to our labels; tutors: the tutors' answers. Both float32 N×7, rows sum to 1.
    origin: int64 N, the number of each face's data set; the first unless given.
    """
    origin = np.zeros(len(faces), np.int64) if origin is None else origin
    return FaceTensors(
        torch.from_numpy(faces.images).unsqueeze(1).to(device),
        _targets(torch.from_numpy(faces.labels), recipe, votes, tutors).to(device),
        torch.from_numpy(faces.labels).to(device),
        _weights(faces.labels, recipe, origin).to(device),
        _of_each(origin, recipe.trust, 1 - recipe.teacher_share).to(device),
    )


def _targets(labels: Tensor, recipe: Recipe, votes: SoftLabels | None, tutors: SoftLabels | None) -> Tensor:
    """The label, smoothed; then mixed with the votes, then with the tutors' answers."""
    targets = torch.full((len(labels), len(EMOTIONS)), recipe.label_smoothing / len(EMOTIONS))
    targets[torch.arange(len(labels)), labels] += 1 - recipe.label_smoothing
    for soft_labels, share in ((votes, recipe.votes_share), (tutors, recipe.tutor_share)):
        if soft_labels is not None:
            targets = torch.lerp(targets, torch.from_numpy(soft_labels), share)
    return targets


def _weights(labels: npt.NDArray[np.int64], recipe: Recipe, origin: Origin) -> Tensor:
    weights = _of_each(origin, recipe.weights, 1.0)
    if recipe.class_weights != NO_WEIGHTS and len(labels):
        weights = weights * torch.from_numpy(class_weights(labels, recipe.class_weights))[torch.from_numpy(labels)]
    return weights / weights.mean() if len(labels) else weights


def _of_each(origin: Origin, values: tuple[float, ...], otherwise: float) -> Tensor:
    """For each face the value of its data set: float32 N."""
    if not values:
        return torch.full((len(origin),), otherwise)
    return torch.from_numpy(np.asarray(values, np.float32)[origin])
