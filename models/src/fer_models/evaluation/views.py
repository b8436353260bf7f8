"""Views of a face that a classifier is shown: the face itself, its mirror image as well, or ten crops of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import numpy.typing as npt

from fer_models.data.faces import FACE_PX, LabelledFaces
from fer_models.errors import ContractError
from fer_models.model_files.runtime import Classifier

SINGLE, FLIP, TEN_CROP, ALL = "single", "flip", "ten-crop", "all"
VIEWS = (SINGLE, FLIP, TEN_CROP)
LOOKS = {SINGLE: 1, FLIP: 2, TEN_CROP: 10}
CROP_PX = 44
BATCH = 16
"""Images a run: with more, a network's layers no longer fit in a processor's cache."""

Array = npt.NDArray[np.float32]
OnBatch = Callable[[int], None]


def probabilities(classifier: Classifier, faces: LabelledFaces, view: str, on_batch: OnBatch) -> Array:
    """float32 N×7: the mean over the images of a view; on_batch is told how many more images were classified.

    Raises ContractError when the classifier does not give a finite number for each emotion.
    """
    found = []
    for start in range(0, len(faces), BATCH):
        batch = faces.images[start : start + BATCH].astype(np.float32)
        answers = []
        for look in looks(batch, view):
            answers.append(_classified(classifier, look))
            on_batch(len(look))
        found.append(np.mean(answers, axis=0, dtype=np.float64).astype(np.float32))
    return np.concatenate(found)


def looks(faces: Array, view: str) -> Iterator[Array]:
    """The images of a view for N×48×48 faces: LOOKS[view] times N×48×48."""
    if view == TEN_CROP:
        for crop in _crops(faces):
            yield from _both_ways(resized(crop, FACE_PX))
    elif view == FLIP:
        yield from _both_ways(faces)
    else:
        yield faces


def resized(images: Array, px: int) -> Array:
    """N×P×P to N×px×px, bilinear, pixel centres at halves, as Pillow enlarges; values stay unrounded."""
    weights = _weights(images.shape[-1], px)
    return np.ascontiguousarray(weights @ images @ weights.T)


def _classified(classifier: Classifier, faces: Array) -> Array:
    found = classifier.predict(np.ascontiguousarray(faces[:, np.newaxis]))
    if not np.isfinite(found).all():
        raise ContractError(f"{classifier.path} answers with something that is not a number; export it again.")
    return found


def _crops(faces: Array) -> Iterator[Array]:
    """Four corners and the centre, CROP_PX wide."""
    far = FACE_PX - CROP_PX
    for top, left in ((0, 0), (0, far), (far, 0), (far, far), (far // 2, far // 2)):
        yield faces[:, top : top + CROP_PX, left : left + CROP_PX]


def _both_ways(faces: Array) -> Iterator[Array]:
    yield faces
    yield faces[:, :, ::-1]


@cache
def _weights(before: int, after: int) -> Array:
    """after×before: row n has the shares of the old pixels in the new pixel n."""
    centres = np.clip((np.arange(after) + 0.5) * before / after - 0.5, 0, before - 1)
    return np.maximum(0, 1 - np.abs(centres[:, np.newaxis] - np.arange(before))).astype(np.float32)
