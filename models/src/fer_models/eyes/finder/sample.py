"""Training samples of the finder, composed on the fly: scenes turned and scaled, faces set on backgrounds, and none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fer_models.eyes.augment.cover import cover
from fer_models.eyes.augment.graphics import draw_graphics
from fer_models.eyes.augment.light import photographed
from fer_models.eyes.augment.occluders import occlude
from fer_models.eyes.data.frames import Frames, placed, sizes_px, transformed
from fer_models.eyes.data.landmarks import FIVE, FIVE_MIRRORED
from fer_models.eyes.data.library import Library, Source
from fer_models.eyes.finder.mining import HardPlaces, Place
from fer_models.eyes.imaging import Affine, Floats, Grey, warp
from fer_models.eyes.pyramid import similarity

SMALLEST_PX, LARGEST_SHARE = 14.0, 1.1
"""The smallest face, and the largest as a share of the sample's side."""

LARGEST_SCALE = 3.0
SCENE, FOUND, SET_ON, FACELESS = 0.33, 0.08, 0.37, 0.22
"""How often a sample is a scene, one with found faces, faces set on a background, or a background alone."""

HARD_SHARE = 0.6
"""How many of the faceless samples show again what was mistaken for a face."""

DRAWN_ON, DRAWN_BEHIND = 0.35, 0.12
"""How often words and shapes are drawn onto a faceless sample, and onto what lies behind set-on faces."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture to learn from, square, and the faces in it; as Annotation, after every change.

    place: where a faceless sample was cut, and how.
    """

    pixels: Grey
    frames: Frames
    points: Floats
    clear: npt.NDArray[np.bool_]
    whole: bool = True
    place: Place | None = None


class Composer:
    """Makes samples of size_px from a library; hard has the places that were mistaken for a face."""

    def __init__(self, library: Library, size_px: int = 256, hard: HardPlaces | None = None) -> None:
        self.library, self.size_px = library, size_px
        self.hard = HardPlaces() if hard is None else hard

    def compose(self, rng: np.random.Generator) -> Sample:
        """The next sample."""
        kinds = (self._scene, self._found, self._set_on, self._faceless)
        sample = kinds[rng.choice(4, p=(SCENE, FOUND, SET_ON, FACELESS))](rng)
        return Sample(
            photographed(sample.pixels, rng), sample.frames, sample.points, sample.clear, sample.whole, sample.place
        )

    def _scene(self, rng: np.random.Generator) -> Sample:
        return self._cut(_one(self.library.scenes, rng), rng)

    def _found(self, rng: np.random.Generator) -> Sample:
        return self._cut(_one(self.library.found_scenes, rng), rng)

    def _cut(self, source: Source, rng: np.random.Generator) -> Sample:
        """A scene cut around one of its faces, brought to any size and turn, on a background."""
        faces = source.faces
        matrix = self._around_a_face(source, rng)
        pixels = source.picture.warped(matrix, self._size, self._background(rng))
        frames = transformed(faces.frames, matrix)
        for frame in frames[faces.clear & (sizes_px(frames) >= 20)]:
            if rng.random() < 0.2:
                occlude(pixels, frame, lambda: self._background(rng), rng)
        return Sample(pixels, frames, moved(faces.points, matrix), faces.clear, faces.whole)

    def _around_a_face(self, source: Source, rng: np.random.Generator) -> Affine:
        sizes = sizes_px(source.faces.frames) * source.faces.clear
        middle = np.asarray(source.picture.size) / 2
        take, size = middle, 30.0
        if sizes.any():
            chosen = rng.choice(len(sizes), p=sizes / sizes.sum())
            take, size = source.faces.frames[chosen, 0], float(sizes[chosen])
        scale = min(self._face_px(rng) / size, LARGEST_SCALE)
        return _turned(scale, take, rng.uniform(0.1, 0.9, 2) * self.size_px, rng)

    def _set_on(self, rng: np.random.Generator) -> Sample:
        """Faces, and patches without one that are set on in the same way, so that the edges tell nothing."""
        pixels = self._background(rng)
        if rng.random() < DRAWN_BEHIND:
            draw_graphics(pixels, rng)
        frames, points = [np.empty((0, 3, 2), np.float32)], [np.empty((0, FIVE, 2), np.float32)]
        for _ in range(rng.integers(0, 3)):
            self._set_patch(pixels, rng)
        for _ in range(rng.integers(1, 4)):
            source = _one(self.library.portraits, rng)
            matrix = self._beside(np.concatenate(frames), source, rng)
            if matrix is None:
                continue
            frame = transformed(source.faces.frames, matrix)
            self._lay(pixels, source, matrix, frame[0], rng)
            if rng.random() < 0.35:
                occlude(pixels, frame[0], lambda: self._background(rng), rng)
            frames.append(frame)
            points.append(moved(source.faces.points, matrix))
        together = np.concatenate(frames)
        return Sample(pixels, together, np.concatenate(points), np.ones(len(together), bool))

    def _beside(self, others: Frames, source: Source, rng: np.random.Generator) -> Affine | None:
        """Where a face goes without hiding another; None when there is no room."""
        frame = source.faces.frames[0]
        own = float(sizes_px(source.faces.frames)[0])
        for _ in range(4):
            size = self._face_px(rng)
            to = rng.uniform(0.08, 0.92, 2) * self.size_px
            apart = np.hypot(*(others[:, 0] - to).T)
            if (apart > 0.75 * (sizes_px(others) + size)).all():
                return _turned(size / own, frame[0], to, rng)
        return None

    def _set_patch(self, pixels: Grey, rng: np.random.Generator) -> None:
        source = _one(self.library.backgrounds, rng)
        size = self._face_px(rng) / 2
        angle, middle = rng.uniform(0, 2 * np.pi), rng.uniform(0, self.size_px, 2)
        right = np.array([np.cos(angle), np.sin(angle)]) * size
        frame = np.array([middle, right, [-right[1] * 1.2, right[0] * 1.2]], np.float32)
        scale = _log_uniform(rng, 0.3, 1.5)
        take = rng.uniform(0.2, 0.8, 2) * source.picture.size
        self._lay(pixels, source, _turned(scale, take, middle, rng), frame, rng)

    def _lay(self, pixels: Grey, source: Source, matrix: Affine, frame: Frames, rng: np.random.Generator) -> None:
        angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
        round_ = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        reach = np.array([rng.uniform(1.1, 1.9), rng.uniform(1.1, 1.7)])
        corners = placed(frame, round_ * reach * rng.uniform(0.92, 1.08, (24, 1)) - (0, 0.15))
        size = float(np.hypot(*frame[2]))
        width, height = source.picture.size
        there = warp(np.full((height, width), 255, np.uint8), matrix, self._size)
        cover(pixels, corners, source.picture.warped(matrix, self._size), float(rng.uniform(0, 0.12)) * size, there)

    def _faceless(self, rng: np.random.Generator) -> Sample:
        place = self._place(rng).shifted(self.size_px * rng.uniform(0.3, 0.7, 2))
        pixels = self.library.backgrounds[place.background].picture.filling(place.matrix, self._size)
        if rng.random() < DRAWN_ON:
            draw_graphics(pixels, rng)
        nothing = np.empty((0, 3, 2), np.float32), np.empty((0, FIVE, 2), np.float32), np.empty(0, bool)
        return Sample(pixels, *nothing, place=place)

    def _place(self, rng: np.random.Generator) -> Place:
        if len(self.hard) and rng.random() < HARD_SHARE:
            return self.hard.draw(rng)
        return self.hard.new(*self._anywhere(np.zeros(2), rng))

    def _anywhere(self, to: npt.NDArray[np.float64], rng: np.random.Generator) -> tuple[int, Affine]:
        index = int(rng.integers(len(self.library.backgrounds)))
        size = np.asarray(self.library.backgrounds[index].picture.size)
        return index, _turned(_log_uniform(rng, 0.4, 2.0), rng.uniform(0.1, 0.9, 2) * size, to, rng)

    def _background(self, rng: np.random.Generator) -> Grey:
        index, matrix = self._anywhere(np.full(2, self.size_px / 2), rng)
        return self.library.backgrounds[index].picture.filling(matrix, self._size)

    def _face_px(self, rng: np.random.Generator) -> float:
        return _log_uniform(rng, SMALLEST_PX, LARGEST_SHARE * self.size_px)

    @property
    def _size(self) -> tuple[int, int]:
        return self.size_px, self.size_px


def moved(points: Floats, matrix: Affine) -> Floats:
    """Points (N × 5 × 2) in the picture that the transform makes; right and left change places when it mirrors."""
    there = points @ matrix[:, :2].T + matrix[:, 2]
    if np.linalg.det(matrix[:, :2]) < 0:
        there = there[:, FIVE_MIRRORED]
    return np.asarray(there, np.float32)


def _turned(scale: float, take: np.ndarray, to: np.ndarray, rng: np.random.Generator) -> Affine:
    """Half of the samples nearly upright, the others turned by any angle; half mirrored; all slightly stretched."""
    angle = rng.normal(0, 0.2) if rng.random() < 0.5 else rng.uniform(-np.pi, np.pi)
    return similarity(scale, angle, take, to, mirrored=bool(rng.random() < 0.5), stretch=rng.uniform(0.88, 1.12))


def _log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _one(sources: Sequence[Source], rng: np.random.Generator) -> Source:
    return sources[int(rng.integers(len(sources)))]
