"""Training samples of the landmarker: portraits cut as a finder would have, turned, covered and darkened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fer_models.eyes.augment.light import photographed
from fer_models.eyes.augment.occluders import occlude
from fer_models.eyes.data.frames import boxes, rolls_degrees, sizes_px, transformed
from fer_models.eyes.data.head import Angles, Head
from fer_models.eyes.data.landmarks import COUNT, JAW, MIRRORED, Points
from fer_models.eyes.data.library import Source
from fer_models.eyes.imaging import Affine, Floats, Grey, polygon_mask
from fer_models.eyes.landmarker.crop import DEGREES, SIDE_PX, crop
from fer_models.eyes.landmarker.lookalikes import Lookalike

NEARLY_FRONTAL = 10.0
"""Up to this yaw in degrees the outline that one sees and the head's own line are the same jaw."""

CERTAIN_PITCH = 40.0
"""Near a full profile a nod and a lean are hard to tell apart; a fit that nods further than this knows neither."""

MIDDLE_OF_JAW = 8
COVERED = 0.35
SIZE_JITTER, PLACE_JITTER, ROLL_JITTER = 0.1, 0.06, 12.0
PROFILE = 30.0
PROFILE_SHARE = 0.55

ANY_ROLL, CERTAIN_ROLL = 0.3, 60.0
"""How often a crop is turned by any angle, for the finder's points may be wrong; up to how many degrees its roll is
learned, beyond which only the landmarks tell it.
"""

FACELESS, LOOKALIKE = 0.12, 0.75
"""How often a sample shows no face, and how often such a one shows what a finder took for a face."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A portrait with its landmarks, its angles in degrees (NaN where unknown), and which landmarks count.

    A jaw that is marked where the outline is seen does not count on the side that is turned away.
    """

    source: Source
    landmarks: Points
    angles: Angles
    counted: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Crop:
    """One sample: pixels 64 × 64; landmarks 68 × 2 in 0–1, NaN where they don't count; visible: 68 of 0 or 1; angles
    in units of 45 degrees, NaN where unknown.
    """

    pixels: Grey
    landmarks: Floats
    visible: Floats
    angles: Floats


def marked(sources: Sequence[Source], head: Head) -> list[Marked]:
    """The portraits to learn from."""
    return [_marked(source, head) for source in sources if source.faces.landmarks is not None]


def _marked(source: Source, head: Head) -> Marked:
    landmarks, angles = source.faces.landmarks, source.faces.angles
    assert landmarks is not None  # noqa: S101  # marked() chose those that have them
    counted = np.ones(len(landmarks), bool)
    if angles is None:
        angles = head.angles(landmarks)
        if angles[0] > NEARLY_FRONTAL:
            counted[JAW.start : MIDDLE_OF_JAW] = False
        elif angles[0] < -NEARLY_FRONTAL:
            counted[MIDDLE_OF_JAW + 1 : JAW.stop] = False
    if abs(angles[1]) > CERTAIN_PITCH:
        angles = (angles[0], float("nan"), float("nan"))
    return Marked(source, landmarks, angles, counted)


class Cropper:
    """Makes samples from portraits; backgrounds show on what covers a face, and where there is none."""

    def __init__(
        self,
        portraits: Sequence[Marked],
        backgrounds: Sequence[Source],
        head: Head,
        lookalikes: Sequence[Lookalike] = (),
    ) -> None:
        self.backgrounds, self.head, self.lookalikes = backgrounds, head, lookalikes
        turned = [abs(each.angles[0]) >= PROFILE for each in portraits]
        self.profiles = [each for each, is_turned in zip(portraits, turned, strict=True) if is_turned]
        self.others = [each for each, is_turned in zip(portraits, turned, strict=True) if not is_turned]

    def cut(self, rng: np.random.Generator) -> Crop:
        """The next sample; where it shows no face, no landmark is visible and nothing else is known."""
        return self._faceless(rng) if rng.random() < FACELESS else self._face(rng)

    def _faceless(self, rng: np.random.Generator) -> Crop:
        if self.lookalikes and rng.random() < LOOKALIKE:
            pixels = _again(self.lookalikes[int(rng.integers(len(self.lookalikes)))], rng)
        else:
            pixels = self._texture(rng)
        landmarks, visible = np.full((COUNT, 2), np.nan, np.float32), np.zeros(COUNT, np.float32)
        return Crop(photographed(pixels, rng), landmarks, visible, np.full(3, np.nan, np.float32))

    def _face(self, rng: np.random.Generator) -> Crop:
        portraits = self.profiles if self.profiles and rng.random() < PROFILE_SHARE else self.others or self.profiles
        face = portraits[int(rng.integers(len(portraits)))]
        matrix = _jittered(face.source, rng)
        pixels = face.source.picture.filling(matrix, (SIDE_PX, SIDE_PX))
        there = (face.landmarks @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)
        seen = ~self.head.hidden(face.angles)
        if rng.random() < COVERED:
            frame = transformed(face.source.faces.frames, matrix)[0]
            corners = occlude(pixels, frame, lambda: self._texture(rng), rng)
            seen = seen & ~_under(corners, there)
        landmarks = np.where(face.counted[:, np.newaxis], (there + 0.5) / SIDE_PX, np.nan)
        angles = _left_in(face.angles, matrix)
        if np.linalg.det(matrix[:, :2]) < 0:
            landmarks, seen = landmarks[MIRRORED], seen[MIRRORED]
        visible = np.where(np.isnan(landmarks[:, 0]), np.nan, seen)
        return Crop(photographed(pixels, rng), landmarks.astype(np.float32), visible.astype(np.float32), angles)

    def _texture(self, rng: np.random.Generator) -> Grey:
        source = self.backgrounds[int(rng.integers(len(self.backgrounds)))]
        middle = np.asarray(source.picture.size) * rng.uniform(0.2, 0.8, 2)
        return source.picture.filling(crop(middle, rng.uniform(40, 150), 0.0), (SIDE_PX, SIDE_PX))


def _jittered(source: Source, rng: np.random.Generator) -> Affine:
    """As crop_matrix would cut it, but for the errors of a finder."""
    frames = source.faces.frames
    around = boxes(frames)[0]
    size = float(sizes_px(frames)[0])
    middle = (around[:2] + around[2:]) / 2 + rng.normal(0, PLACE_JITTER, 2) * size
    roll = float(rolls_degrees(frames)[0]) + _turned_off(rng)
    mirrored = bool(rng.random() < 0.5)
    angle = np.radians(roll if mirrored else -roll)
    stretch = rng.uniform(0.9, 1.1)
    return crop(middle, size * np.exp(rng.normal(0, SIZE_JITTER)), angle, mirrored=mirrored, stretch=stretch)


def _turned_off(rng: np.random.Generator) -> float:
    """By how many degrees a crop is not upright."""
    return float(rng.uniform(-180, 180) if rng.random() < ANY_ROLL else rng.normal(0, ROLL_JITTER))


def _again(place: Lookalike, rng: np.random.Generator) -> Grey:
    """The place as the finder would cut it another time."""
    middle = place.middle + rng.normal(0, PLACE_JITTER, 2) * place.size_px
    size = place.size_px * np.exp(rng.normal(0, SIZE_JITTER))
    angle = place.angle + np.radians(_turned_off(rng))
    matrix = crop(middle, size, angle, mirrored=bool(rng.random() < 0.5), stretch=rng.uniform(0.9, 1.1))
    return place.picture.filling(matrix, (SIDE_PX, SIDE_PX))


def _left_in(angles: Angles, matrix: Affine) -> Floats:
    """The angles of the face in the crop, in units of 45 degrees."""
    yaw, pitch, roll = angles
    linear = matrix[:, :2]
    if np.linalg.det(linear) < 0:
        yaw, roll = -yaw, -roll
        linear = linear @ np.diag([-1.0, 1.0])
    turned = roll + np.degrees(np.arctan2(linear[1, 0] - linear[0, 1], linear[0, 0] + linear[1, 1]))
    left = (turned + 180) % 360 - 180
    return np.array([yaw, pitch, left if abs(left) <= CERTAIN_ROLL else np.nan], np.float32) / np.float32(DEGREES)


def _under(corners: npt.NDArray[np.floating], points: Points) -> npt.NDArray[np.bool_]:
    mask = polygon_mask(corners, (SIDE_PX, SIDE_PX))
    x, y = np.clip(np.rint(points), 0, SIDE_PX - 1).astype(int).T
    return np.asarray(mask[y, x] > 0.5)
