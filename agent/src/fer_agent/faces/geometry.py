"""Rectangles and landmarks of faces: their measures, and whether they can be a face at all.

Landmarks are float64, 68 × 2, (x, y) in pixels, in the order of the iBUG 300-W mark-up:
0–16 jaw from the picture's left to its right, 17–26 brows, 27–35 nose, 36–41 and 42–47 eyes, 48–67 mouth.
"""

import math
from dataclasses import dataclass
from typing import Sequence, Tuple

import numpy as np
import numpy.typing as npt

from fer_agent.imaging import Matrix

Points = npt.NDArray[np.float64]

LANDMARKS = 68
FIVE = 5
JAW = slice(0, 17)
BROWS = slice(17, 27)
NOSE = slice(27, 36)
LEFT_EYE = slice(36, 42)
RIGHT_EYE = slice(42, 48)
MOUTH = slice(48, 68)
INNER = slice(17, 68)
EYES = slice(36, 48)
CHIN, NOSE_TIP, MOUTH_CORNERS = 8, 30, (48, 54)


def _mean_of(*parts: "slice | int") -> Points:
    """The weights that take the mean of some landmarks, for each of the parts: K × 68."""
    weights = np.zeros((len(parts), LANDMARKS))
    for row, part in zip(weights, parts):
        row[part] = 1
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


FIVE_OF_68 = _mean_of(LEFT_EYE, RIGHT_EYE, NOSE_TIP, *MOUTH_CORNERS)
DOWN_OF_68 = np.subtract(*_mean_of(MOUTH, EYES))
DOWN_OF_FIVE = np.array([-0.5, -0.5, 0, 0.5, 0.5])
"""From the middle of the eyes to that of the mouth."""

FOREHEAD = 0.32
"""How far a finder's box reaches above the brows, as a share of brow to chin."""

SIDES = -0.02
"""How far it reaches beyond the landmarks at either side, measured likewise."""

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

    @property
    def middle(self) -> Tuple[float, float]:
        """Its middle, x and y."""
        return self.left + self.width / 2, self.top + self.height / 2

    @property
    def size(self) -> float:
        """The square root of its area, pixels."""
        return math.sqrt(max(0.0, self.width * self.height))

    def moved(self, x: float, y: float) -> "Rectangle":
        """The same, so much further right and down."""
        return Rectangle(self.left + x, self.top + y, self.width, self.height)

    def overlap(self, other: "Rectangle") -> float:
        """Intersection over union, 0–1."""
        wide = min(self.left + self.width, other.left + other.width) - max(self.left, other.left)
        high = min(self.top + self.height, other.top + other.height) - max(self.top, other.top)
        if wide <= 0 or high <= 0:
            return 0.0
        shared = wide * high
        return min(1.0, shared / (self.width * self.height + other.width * other.height - shared))


def corners(boxes: Sequence[Rectangle]) -> Points:
    """N × 4: left, top, right, bottom."""
    sides = [(box.left, box.top, box.left + box.width, box.top + box.height) for box in boxes]
    return np.array(sides, np.float64).reshape(-1, 4)


def overlaps(ones: Sequence[Rectangle], others: Sequence[Rectangle]) -> Points:
    """Intersection over union of each of the ones with each of the others, 0–1: N × M."""
    mine, theirs = corners(ones), corners(others)
    low = np.maximum(mine[:, np.newaxis, :2], theirs[np.newaxis, :, :2])
    high = np.minimum(mine[:, np.newaxis, 2:], theirs[np.newaxis, :, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=2)
    areas = [np.prod(sides[:, 2:] - sides[:, :2], axis=1) for sides in (mine, theirs)]
    return np.asarray(shared / np.maximum(areas[0][:, np.newaxis] + areas[1] - shared, 1e-9))


def distances(ones: Sequence[Rectangle], others: Sequence[Rectangle]) -> Points:
    """Between the middles of each of the ones and each of the others, in the size of the larger: N × M."""
    mine, theirs = corners(ones), corners(others)
    middles = [(sides[:, :2] + sides[:, 2:]) / 2 for sides in (mine, theirs)]
    apart = np.linalg.norm(middles[0][:, np.newaxis] - middles[1][np.newaxis], axis=2)
    return np.asarray(apart / np.maximum(sizes(mine)[:, np.newaxis], sizes(theirs)))


def sizes(sides: Points) -> Points:
    """Of boxes as corners() gives them, the square root of the area, pixels, at least 1: N."""
    return np.asarray(np.sqrt(np.maximum(np.prod(sides[:, 2:] - sides[:, :2], axis=1), 1.0)))


@dataclass(frozen=True)
class Frame:
    """The upright box around a face, however it leans, and that lean: radians, clockwise."""

    box: Rectangle
    roll: float


def framed(points: Points) -> Frame:
    """The frame of the face with these 68 landmarks, as the finder is taught to draw it.

    The face is an ellipse from jaw to jaw and from chin to forehead, leaning as its mouth lies from its eyes.
    """
    down = DOWN_OF_68 @ points
    down = down / max(float(np.hypot(down[0], down[1])), 1e-6)
    right = np.array([down[1], -down[0]])
    turned = points @ np.stack([right, down], axis=1)
    (left, brow), (farthest, bottom) = turned.min(axis=0).tolist(), turned.max(axis=0).tolist()
    height = bottom - brow
    top = brow - FOREHEAD * height
    half_width = max(1.0, (farthest - left) / 2 + SIDES * height)
    x, y = right * (farthest + left) / 2 + down * (top + bottom) / 2
    wide, high = np.hypot(right * half_width, down * max(1.0, (bottom - top) / 2))
    box = Rectangle(float(x - wide), float(y - high), float(2 * wide), float(2 * high))
    return Frame(box, math.atan2(-down[0], down[1]))


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
    return np.asarray(FIVE_OF_68[:2] @ points)


def five_points(points: Points) -> Points:
    """Middles of the eyes, the tip of the nose and the corners of the mouth: … × 68 × 2 to … × 5 × 2."""
    return np.asarray(FIVE_OF_68 @ points)


def leaning(five: Points) -> float:
    """How far a face with these five points leans: radians, clockwise; 0 when its mouth is below its eyes."""
    right, down = (DOWN_OF_FIVE @ five).tolist()
    return math.atan2(-right, down)


def anchors(points: Points) -> Points:
    """The points that a face is aligned by: middles of the eyes (the picture's left first) and of the mouth, 3 × 2.

    From 68 landmarks or from five points.
    """
    if len(points) == FIVE:
        return np.vstack([points[:2], points[3:].mean(axis=0)])
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


def upright_matrix(middle: Tuple[float, float], roll: float, scale: float, side_px: int) -> Matrix:
    """From the picture to a square of this side, with the middle in its middle, turned upright and scaled: 2 × 3."""
    cosine, sine = scale * math.cos(roll), scale * math.sin(roll)
    (x, y), half = middle, (side_px - 1) / 2
    return np.array([[cosine, sine, half - cosine * x - sine * y], [-sine, cosine, half + sine * x - cosine * y]])
