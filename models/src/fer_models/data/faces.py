"""Labelled faces in memory, and how some are held out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FACE_PX = 48
HELD_OUT_SHARE = 0.1


@dataclass(frozen=True)
class LabelledFaces:
    """images: uint8, N×48×48, grey; labels: int64, N, an index into fer_wire's EMOTIONS; names: N file names."""

    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]
    names: list[str]

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, indices: npt.NDArray[np.int64]) -> LabelledFaces:
        """The faces at these indices, in that order."""
        return LabelledFaces(self.images[indices], self.labels[indices], [self.names[i] for i in indices])


def hold_out(faces: LabelledFaces, share: float = HELD_OUT_SHARE, seed: int = 0) -> tuple[LabelledFaces, LabelledFaces]:
    """(the rest, a held-out share) of the faces, identical images on the same side: choices need no test images."""
    _, group = np.unique(faces.images.reshape(len(faces), -1), axis=0, return_inverse=True)
    draw = np.random.default_rng(seed).random(group.max() + 1)[group]
    held = draw < share
    return faces.take(np.flatnonzero(~held)), faces.take(np.flatnonzero(held))


def without_known(faces: LabelledFaces, known: LabelledFaces) -> LabelledFaces:
    """The faces whose image is not, pixel for pixel, among the known ones."""
    seen = {image.tobytes() for image in known.images}
    return faces.take(np.array([i for i, image in enumerate(faces.images) if image.tobytes() not in seen], np.int64))
