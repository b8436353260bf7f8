"""An average head in three dimensions, learned from faces with known angles, and the angles of faces by it.

Its axes: x to the picture's right, y down, z away from the camera; its unit is the root mean square distance of the 68
landmarks from their mean. A turned head is Rz(roll) · Ry(yaw) · Rx(-pitch) · head: positive yaw looks to the picture's
left, positive roll leans clockwise in the picture.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fer_models.errors import DatasetError
from fer_models.eyes.data.archives import Annotation
from fer_models.eyes.data.landmarks import COUNT, Points

Matrices = npt.NDArray[np.float64]
Angles = tuple[float, float, float]

ROUNDS = 6
FEWEST_FACES = 8
INNER = slice(17, COUNT)
"""Brows, eyes, nose and mouth: those that all mark-ups place alike."""

CENTRE_DEPTH = 0.8
"""Where the middle of the head lies behind the mean of its landmarks."""

HIDDEN_SLOPE = 0.35
"""A place whose outward direction points away from the camera by more than this share is hidden by the head."""


@dataclass(frozen=True, slots=True)
class Head:
    """The average head: 68 × 3."""

    shape: npt.NDArray[np.float64]

    def angles(self, landmarks: Points) -> Angles:
        """Yaw, pitch and roll in degrees of the face with these landmarks, by its inner ones."""
        own = self.shape[INNER] - self.shape[INNER].mean(axis=0)
        seen = landmarks[INNER] - landmarks[INNER].mean(axis=0)
        linear = np.linalg.lstsq(own, seen.astype(np.float64), rcond=None)[0].T
        left, _, right = np.linalg.svd(linear, full_matrices=False)
        first, second = left @ right
        return _angles(np.stack([first, second, np.cross(first, second)]))

    def hidden(self, angles: Angles) -> npt.NDArray[np.bool_]:
        """Which of the 68 landmarks the head itself hides at these angles; an unknown one is taken for 0."""
        outward = self.shape - (0, 0, CENTRE_DEPTH)
        outward /= np.linalg.norm(outward, axis=1, keepdims=True)
        away = outward @ turns(np.nan_to_num([angles]))[0, 2]
        return np.asarray(away > HIDDEN_SLOPE)


def average_head(faces: Iterable[Annotation]) -> Head:
    """The head that explains the landmarks of the faces with known angles best; raises DatasetError without such."""
    known = [
        (face.landmarks, face.angles)
        for face in faces
        if face.landmarks is not None and face.angles is not None and np.isfinite(face.angles).all()
    ]
    if len(known) < FEWEST_FACES:
        raise DatasetError(f"{len(known)} faces with known angles are too few; give the folder with profiles.zip.")
    seen = np.array([landmarks for landmarks, _ in known], np.float64)
    seen -= seen.mean(axis=1, keepdims=True)
    try:
        return Head(_shape(seen, turns(np.array([angles for _, angles in known]))[:, :2]))
    except np.linalg.LinAlgError as error:
        raise DatasetError("The faces with known angles are all turned alike; give the whole profiles.zip.") from error


def _shape(seen: Matrices, projections: Matrices) -> Matrices:
    """Least squares for the shape and each face's scale in turn; seen: N × 68 × 2, projections: N × 2 × 3."""
    scale = np.sqrt((seen**2).sum(axis=(1, 2)))
    shape = np.zeros((COUNT, 3))
    for _ in range(ROUNDS):
        square = np.einsum("n,nij,nik->jk", scale**2, projections, projections)
        shape = np.linalg.solve(square, np.einsum("n,nij,npi->jp", scale, projections, seen)).T
        shape -= shape.mean(axis=0)
        shape /= np.sqrt((shape**2).sum() / COUNT)
        flat = np.einsum("nij,pj->npi", projections, shape)
        scale = (flat * seen).sum(axis=(1, 2)) / (flat**2).sum(axis=(1, 2))
    return shape


def turns(degrees: npt.NDArray[np.floating]) -> Matrices:
    """Rotations, N × 3 × 3, of yaw, pitch and roll, N × 3 in degrees."""
    yaw, pitch, roll = np.radians(np.asarray(degrees, np.float64)).T
    zero, one = np.zeros_like(yaw), np.ones_like(yaw)
    across = np.array([[np.cos(yaw), zero, np.sin(yaw)], [zero, one, zero], [-np.sin(yaw), zero, np.cos(yaw)]])
    nod = np.array([[one, zero, zero], [zero, np.cos(pitch), np.sin(pitch)], [zero, -np.sin(pitch), np.cos(pitch)]])
    lean = np.array([[np.cos(roll), -np.sin(roll), zero], [np.sin(roll), np.cos(roll), zero], [zero, zero, one]])
    return np.einsum("ijn,jkn,kln->nil", lean, across, nod)


def _angles(turn: Matrices) -> Angles:
    yaw = -np.arcsin(np.clip(turn[2, 0], -1, 1))
    pitch = np.arctan2(-turn[2, 1], turn[2, 2])
    roll = np.arctan2(turn[1, 0], turn[0, 0])
    return tuple(float(np.degrees(angle)) for angle in (yaw, pitch, roll))  # type: ignore[return-value]
