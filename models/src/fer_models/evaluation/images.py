"""The images that a model is evaluated on, and which of them are among the training images."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fer_models.data.faces import LabelledFaces, without_known
from fer_models.data.sources import TRAINING, load_split
from fer_models.errors import EmptySplitError


@dataclass(frozen=True)
class EvaluationImages:
    """One split; unseen: indices of images that equal no training image; None if unknown, see reason."""

    faces: LabelledFaces
    unseen: npt.NDArray[np.int64] | None
    reason: str | None


def load_images(data: Path, split: str, label_map: Path | None = None) -> EvaluationImages:
    """The split, compared with the Training split pixel for pixel; raises DatasetError when the split is unusable."""
    faces = load_split(data, split, label_map)
    if split == TRAINING:
        return EvaluationImages(faces, None, "these are the training images themselves")
    try:
        training = load_split(data, TRAINING, label_map)
    except EmptySplitError as error:
        return EvaluationImages(faces, None, f"there are no training images to compare with: {error}")
    unseen = unseen_among(faces, training)
    if not len(unseen):
        return EvaluationImages(faces, None, "every image is among the training images")
    return EvaluationImages(faces, unseen, None)


def unseen_among(faces: LabelledFaces, training: LabelledFaces) -> npt.NDArray[np.int64]:
    """Indices, in order, of the faces that equal no training image."""
    places = np.arange(len(faces), dtype=np.int64)
    return without_known(LabelledFaces(faces.images, places, faces.names), training).labels
