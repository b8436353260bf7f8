"""Marks faces with a landmarker of the zoo: all faces of a frame in one run.

A face is cut as a square of 1.5 times its size around the middle of its box, turned upright, 64 × 64 pixels. The
network answers with 68 landmarks (0–1 from the crop's left and top edge; the jaw is the head's own line, hidden or
not), the logits of each being seen, and yaw, pitch and roll in units of 45 degrees.
"""

import math
from dataclasses import dataclass
from typing import List, Optional, Sequence

import numpy as np
from fer_wire.contracts import CROP_PX

from fer_agent.faces import geometry
from fer_agent.faces.eyes import Angles, Look, Marks
from fer_agent.faces.geometry import Frame, Points
from fer_agent.imaging import Matrix, Picture, Pyramid
from fer_agent.inference.network import Runs

REACH = 1.5
DEGREES = 45.0

BEST_SEEN = 20
"""How far a face is seen is told by so many landmarks: a profile shows more, and so does a face with a mask."""

LEAST_SEEN, SURELY_SEEN = 0.5, 0.8
"""From here on the landmarks of a known face are trusted, and those of any face, whatever the five points say."""

MAX_DISAGREEMENT = 0.2
"""Landmarks that lie further from the finder's five points than this share of the face are not trusted."""

CLEARLY_SEEN = 0.98
QUARTERS = (1, 2, 3)
"""The other ways in which a found face that is seen less clearly may be turned, in right angles."""

LEANS_DEGREES = 20.0
"""A face that leans further than this in its crop is looked at again."""

MAX_SHIFT, MAX_GROWTH = 0.45, 1.6
"""A face that was cut fills the crop's middle; landmarks that say another place or size are not of this face."""


@dataclass(frozen=True)
class _Told:
    """What the network said of one place."""

    look: Look
    landmarks: Points
    five: Points
    """The five points that the landmarks give."""
    seen: float
    """How far the best landmarks are seen, 0–1."""
    angles: Angles

    @property
    def upright(self) -> Look:
        """The same place, turned as the landmarks say."""
        return Look(self.look.box, geometry.leaning(self.five), self.look.points)

    @property
    def leans(self) -> bool:
        """Whether the face leaned much in its crop."""
        apart = math.degrees(self.upright.roll - self.look.roll)
        return abs(_around(apart)) > LEANS_DEGREES


class ZooLandmarker:
    """Any network that keeps the contract of a landmarker."""

    def __init__(self, network: Runs) -> None:
        self._network = network

    def mark(self, grey: Picture, looks: Sequence[Look]) -> List[Optional[Marks]]:
        """The face in each place; where landmarks can't be trusted, by the five points, or None without them.

        What leans in its crop is looked at again, upright. Five points may be wrong about which way is up, so a face
        that was just found and is not clearly seen is looked at from all sides.
        """
        if not looks:
            return []
        pyramid = Pyramid(grey)
        told = self._upright(pyramid, looks)
        doubtful = [
            place for place, each in enumerate(told) if each.look.points is not None and each.seen < CLEARLY_SEEN
        ]
        sides = [_turned(looks[place], quarters) for place in doubtful for quarters in QUARTERS]
        places = [place for place in doubtful for _ in QUARTERS]
        return [_marks(each) for each in _best(told, places, self._upright(pyramid, sides))]

    def _upright(self, pyramid: Pyramid, looks: Sequence[Look]) -> List[_Told]:
        """What it says of each place, and once more of those where the face leans; the better look counts."""
        told = self._look(pyramid, looks)
        leaning = [place for place, each in enumerate(told) if each.leans]
        return _best(told, leaning, self._look(pyramid, [told[place].upright for place in leaning]))

    def _look(self, pyramid: Pyramid, looks: Sequence[Look]) -> List[_Told]:
        if not looks:
            return []
        matrices = [crop_matrix(look) for look in looks]
        crops = np.stack([pyramid.cut(matrix, CROP_PX) for matrix in matrices]).astype(np.float32)
        landmarks, visible, angles = self._network.run(crops[:, np.newaxis])
        best = np.sort(np.clip(visible, -30, 30), axis=1)[:, -BEST_SEEN:]
        seen = (1 / (1 + np.exp(-best))).mean(axis=1).tolist()
        there = np.stack([_back(matrix, each) for matrix, each in zip(matrices, landmarks)])
        return [
            _Told(look, points, five, share, _angles(look, turned))
            for look, points, five, share, turned in zip(looks, there, geometry.five_points(there), seen, angles)
        ]


def _best(told: Sequence[_Told], places: Sequence[int], again: Sequence[_Told]) -> List[_Told]:
    """The clearest look at each face, where some places were looked at again."""
    best = list(told)
    for place, each in zip(places, again):
        best[place] = max(best[place], each, key=lambda one: one.seen)
    return best


def _turned(look: Look, quarters: int) -> Look:
    return Look(look.box, look.roll + quarters * math.pi / 2, look.points)


def crop_matrix(look: Look) -> Matrix:
    """From the picture to the crop of the face in this place."""
    scale = CROP_PX / (REACH * max(look.box.size, 1.0))
    return geometry.upright_matrix(look.box.middle, look.roll, scale, CROP_PX)


def _back(matrix: Matrix, landmarks: Points) -> Points:
    """Landmarks of the crop in the picture: float64, 68 × 2, pixels."""
    linear = matrix[:, :2]
    (cosine, sine), _ = linear.tolist()
    turned_back = linear / (cosine**2 + sine**2)  # the inverse's transpose, as this one only turns and scales
    return np.asarray((landmarks.astype(np.float64) * CROP_PX - 0.5 - matrix[:, 2]) @ turned_back)


def _angles(look: Look, told: Points) -> Angles:
    yaw, pitch, roll = (angle * DEGREES for angle in told.tolist())
    return _around(yaw), _around(pitch), _around(roll + math.degrees(look.roll))


def _around(degrees: float) -> float:
    return (degrees + 180) % 360 - 180 if math.isfinite(degrees) else 0.0


def _marks(told: _Told) -> Optional[Marks]:
    look, frame = told.look, geometry.framed(told.landmarks)
    if told.seen >= LEAST_SEEN and _fits(told, frame):
        return Marks(frame.box, told.landmarks, frame.roll, told.angles, told.seen)
    return None if look.points is None else Marks(look.box, look.points, geometry.leaning(look.points), seen=told.seen)


def _fits(told: _Told, frame: Frame) -> bool:
    look, landmarks = told.look, told.landmarks
    size = max(look.box.size, 1.0)
    if not np.isfinite(landmarks).all() or math.dist(frame.box.middle, look.box.middle) > MAX_SHIFT * size:
        return False
    if not 1 / MAX_GROWTH < frame.box.size / size < MAX_GROWTH:
        return False
    if look.points is None or told.seen >= SURELY_SEEN:
        return True
    apart = np.linalg.norm(told.five - look.points, axis=1).mean()
    return bool(apart <= MAX_DISAGREEMENT * size)
