"""Rectangles and landmarks of faces: their measures, and whether they can be a face at all.

Landmarks are float64, 68 × 2, (x, y) in pixels, in the order of the iBUG 300-W mark-up:
0–16 jaw from the picture's left to its right, 17–26 brows, 27–35 nose, 36–41 and 42–47 eyes, 48–67 mouth.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]

LANDMARKS = 68
JAW = slice(0, 17)
BROWS = slice(17, 27)
NOSE = slice(27, 36)
LEFT_EYE = slice(36, 42)
RIGHT_EYE = slice(42, 48)
MOUTH = slice(48, 68)
INNER = slice(17, 68)
CHIN = 8

BOX_PER_RADIUS = 3.24
"""Side of dlib's HOG box over the root mean square distance of the inner landmarks from their mean; its middle lies
on that mean. Medians over FER2013's training images, scripts/measure_framing.py."""


@dataclass(frozen=True)
class Rectangle:
    """Pixels; may reach beyond the frame."""

    left: float
    top: float
    width: float
    height: float

    def overlap(self, other: "Rectangle") -> float:
        """Intersection over union, 0–1."""
        wide = min(self.left + self.width, other.left + other.width) - max(self.left, other.left)
        high = min(self.top + self.height, other.top + other.height) - max(self.top, other.top)
        if wide <= 0 or high <= 0:
            return 0.0
        shared = wide * high
        return min(1.0, shared / (self.width * self.height + other.width * other.height - shared))


def radius(points: Points) -> float:
    """Size of the face: root mean square distance of the inner landmarks from their mean, pixels."""
    inner = points[INNER]
    return float(np.sqrt(((inner - inner.mean(axis=0)) ** 2).sum(axis=1).mean()))


def box(points: Points) -> Rectangle:
    """Where dlib's HOG detector would see the face, so that landmarks found in this box do not drift."""
    x, y = points[INNER].mean(axis=0)
    side = max(1.0, BOX_PER_RADIUS * radius(points))
    return Rectangle(float(x) - side / 2, float(y) - side / 2, side, side)


def eyes(points: Points) -> Points:
    """Middles of the two eyes, 2 × 2, the one at the picture's left first."""
    return np.stack([points[LEFT_EYE].mean(axis=0), points[RIGHT_EYE].mean(axis=0)])


def anchors(points: Points) -> Points:
    """The points that a face is aligned by: middles of the eyes (the picture's left first) and of the mouth, 3 × 2."""
    return np.vstack([eyes(points), points[MOUTH].mean(axis=0)])


def upright(points: Points) -> Points:
    """The landmarks with the line of the eyes level, the middle of the eyes at (0, 0) and the radius 1."""
    left, right = eyes(points)
    x, y = right - left
    cosine, sine = np.array([x, y]) / max(float(np.hypot(x, y)), 1e-6)
    turned = (points - (left + right) / 2) @ np.array([[cosine, -sine], [sine, cosine]])
    return np.asarray(turned / max(radius(points), 1e-6))


def is_face(points: Points) -> bool:
    """Whether brows, eyes, nose, mouth and chin stand in order, in a face's proportions and not all to one side."""
    face = upright(points)
    brows, nose, mouth, chin = (
        face[BROWS].mean(axis=0),
        face[NOSE][-3:].mean(axis=0),
        face[MOUTH].mean(axis=0),
        face[CHIN],
    )
    eye_distance = float(np.linalg.norm(np.subtract(*eyes(face))))
    in_order = brows[1] < 0 < nose[1] < mouth[1] < chin[1]
    jaw = face[JAW]
    between = jaw[0, 0] < face[LEFT_EYE].mean(axis=0)[0] and face[RIGHT_EYE].mean(axis=0)[0] < jaw[-1, 0]
    return bool(in_order and between and 0.7 < eye_distance < 2.2 and abs(mouth[0]) < 0.6 and 0.8 < mouth[1] < 2.4)


def is_near(points: Points, before: Points) -> bool:
    """Whether a face can have moved from one place to the other between two frames."""
    size = radius(before)
    moved = float(np.linalg.norm(points[INNER].mean(axis=0) - before[INNER].mean(axis=0)))
    return moved < size and 0.75 < radius(points) / max(size, 1e-6) < 1.33
