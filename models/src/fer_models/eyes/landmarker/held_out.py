"""The held-out faces that a landmarker is judged by, and how it looks at them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import nn

from fer_models.eyes.data.frames import boxes
from fer_models.eyes.data.head import Head
from fer_models.eyes.data.landmarks import five_points
from fer_models.eyes.data.library import Source
from fer_models.eyes.evaluation.landmark_error import Told, TrueFace, few, measured
from fer_models.eyes.imaging import Affine, Floats, Grey, warp_mirrored
from fer_models.eyes.landmarker.crop import DEGREES, SIDE_PX, crop_matrix, inverse, lean_degrees
from fer_models.eyes.landmarker.sample import marked
from fer_models.eyes.learning.run import Figures

LEANS_DEGREES = 20.0
"""A face that leans further than this in its crop is looked at again."""

Answers = tuple[Floats, Floats, Floats]


def true_faces(portraits: Sequence[Source], head: Head) -> list[TrueFace]:
    """Every portrait with landmarks."""
    return [
        TrueFace(
            each.source.archive,
            each.source.picture.levels[0],
            boxes(each.source.faces.frames)[0],
            each.source.faces.points[0],
            each.landmarks,
            each.counted,
            each.angles,
        )
        for each in marked(portraits, head)
    ]


class CropMarker:
    """Cuts a face as crop.py says and asks a network, in whatever form it runs, for what it says of the crop."""

    def __init__(self, name: str, ask: Callable[[Floats], Answers]) -> None:
        self.name, self._ask = name, ask

    def mark(self, picture: Grey, face: TrueFace) -> Told:
        """The landmarks and angles in the picture; a face that leans in the crop is looked at again, upright."""
        told, leans = self._look(picture, crop_matrix(face.box, face.points))
        if leans <= LEANS_DEGREES:
            return told
        return self._look(picture, crop_matrix(face.box, five_points(told.landmarks)))[0]

    def _look(self, picture: Grey, matrix: Affine) -> tuple[Told, float]:
        """What it says of a crop, and by how many degrees the face leans there."""
        crop = warp_mirrored(picture, matrix, (SIDE_PX, SIDE_PX)).astype(np.float32)
        landmarks, _, angles = self._ask(crop[np.newaxis, np.newaxis])
        back = inverse(matrix)
        there = ((landmarks[0] * SIDE_PX - 0.5) @ back[:, :2].T + back[:, 2]).astype(np.float32)
        yaw, pitch, roll = (float(angle) for angle in angles[0] * DEGREES)
        turned = float(np.degrees(np.arctan2(back[1, 0], back[0, 0])))
        return Told(there, (yaw, pitch, roll + turned)), abs(lean_degrees(five_points(landmarks[0])))


def torch_marker(model: nn.Module) -> CropMarker:
    """A network in evaluation mode."""

    @torch.inference_mode()
    def ask(crops: Floats) -> Answers:
        landmarks, visible, angles = model(torch.from_numpy(crops))
        return landmarks.numpy(), visible.numpy(), angles.numpy()

    return CropMarker("landmarker", ask)


def judge(faces: Sequence[TrueFace], most: int) -> Callable[[nn.Module], Figures]:
    """Mean errors on up to so many held-out faces."""
    chosen = few(faces, most)

    def figures(model: nn.Module) -> Figures:
        found = measured(torch_marker(model), chosen)
        return {f"{kind}, {name}": value for kind, means in found.items() for name, value in means.items()}

    return figures
