"""Crops faces the way the model's training images frame them."""

import math
from typing import Sequence

import numpy as np
from fer_wire.contracts import FACE_PX

from fer_agent import imaging
from fer_agent.faces import geometry
from fer_agent.faces.geometry import Points
from fer_agent.imaging import Matrix, Picture
from fer_agent.inference.arrays import Faces

FER2013_ANCHORS: Points = np.array([[14.7, 18.6], [32.3, 18.6], [23.5, 37.4]])
"""Middles of the left eye, the right eye and the mouth in FER2013's 48 × 48 images: medians over 2,261 training
images, made symmetric; scripts/measure_framing.py."""

MAX_OVERSAMPLING = 4


def crops(grey: Picture, faces: Sequence[Points]) -> Faces:
    """The faces of a grey picture in FER2013's framing: float32, N × 1 × 48 × 48, 0–255."""
    cut = np.empty((len(faces), 1, FACE_PX, FACE_PX), np.float32)
    for crop, points in zip(cut, faces):
        matrix = similarity(geometry.anchors(points), FER2013_ANCHORS)
        shrink = 1 / max(math.hypot(matrix[0, 0], matrix[1, 0]), 1e-6)
        oversampling = min(MAX_OVERSAMPLING, max(1, round(shrink)))
        crop[0] = imaging.warp(grey, matrix, (FACE_PX, FACE_PX), oversampling)
    return cut


def similarity(source: Points, target: Points) -> Matrix:
    """The rotation, scale and shift that map N points closest to N others (least squares): 2 × 3.

    As complex numbers target ≈ a · source + b, so a is a plain linear regression.
    """
    s, t = source @ (1, 1j), target @ (1, 1j)
    centred = s - s.mean()
    power = float(np.vdot(centred, centred).real)
    a = np.vdot(centred, t - t.mean()) / power if power > 0 else 1.0 + 0j
    b = t.mean() - a * s.mean()
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])
