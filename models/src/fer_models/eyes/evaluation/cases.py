"""The held-out pictures that a finder is judged by, made harder in one way each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from fer_models.eyes.augment.cover import cover
from fer_models.eyes.augment.occluders import Corners, half, mask
from fer_models.eyes.data.frames import Frames, boxes, placed, rolls_degrees, sizes_px, transformed
from fer_models.eyes.data.library import Library, Source
from fer_models.eyes.imaging import Floats, Grey
from fer_models.eyes.pyramid import similarity

FRAME = (640, 480)
FACE_PX, WILD_FACE_PX, SMALL_FACE_PX = 120.0, 200.0, (24.0, 50.0)
TENTH = 0.1
SCENE_FACE_PX = 16.0
ROLL = 30.0

FRONTAL, HALF, PROFILE, ROLLED = "yaw 0–30", "yaw 30–60", "yaw 60–90", "roll past 30"
WILD, SMALL, MASKED, DARK, HIDDEN = "200 px on 640×480", "24–50 px", "masks", "a tenth of the light", "half hidden"
CROWDS = "scenes, from 16 px"
FACELESS = "faceless"
OWN_SIZE = {CROWDS, FACELESS}
"""These keep the size that they have; the others are set into a camera's frame."""

YAWS = {FRONTAL: (0, 30), HALF: (30, 60), PROFILE: (60, 91)}


@dataclass(frozen=True, slots=True)
class Case:
    """One picture, the boxes to be found in it, and those that may be found or not (N × 4)."""

    name: str
    pixels: Grey
    boxes: Floats
    optional: Floats


def cases(library: Library, most: int, seed: int = 7) -> Iterator[Case]:
    """Up to so many pictures of each kind, the same each time; of a held-out library."""
    turned = [source for source in library.portraits if source.faces.angles]
    wild = [source for source in library.portraits if not source.faces.angles]
    for name, (low, high) in YAWS.items():
        here = [each for each in turned if low <= abs(_yaw(each)) < high]
        yield from _set_out(name, here, most, seed, _plain)
    yield from _set_out(ROLLED, turned + wild, most, seed, _rolled)
    yield from _set_out(WILD, wild, most, seed, _large)
    yield from _set_out(SMALL, turned + wild, most, seed, _small)
    yield from _set_out(MASKED, wild, most, seed, _masked)
    yield from _set_out(DARK, wild, most, seed, _dark)
    yield from _set_out(HIDDEN, wild, most, seed, _hidden)
    yield from (_crowd(source) for source in _some(library.scenes, most, seed))
    yield from (_faceless(source) for source in _some(library.backgrounds, most, seed))


def _yaw(source: Source) -> float:
    assert source.faces.angles is not None  # noqa: S101  # its callers chose those that have angles
    return source.faces.angles[0]


Made = tuple[Grey, Frames]


def _set_out(
    name: str, sources: Sequence[Source], most: int, seed: int, make: Callable[[Source, np.random.Generator], Made]
) -> Iterator[Case]:
    rng = np.random.default_rng([seed, *name.encode()])
    for source in _some(sources, most, seed):
        pixels, frames = make(source, rng)
        yield Case(name, pixels, boxes(frames), np.empty((0, 4), np.float32))


def _some(sources: Sequence[Source], most: int, seed: int) -> list[Source]:
    order = np.random.default_rng(seed).permutation(len(sources))[:most]
    return [sources[index] for index in order]


def _on_frame(source: Source, face_px: float, angle: float = 0.0) -> Made:
    """The picture in the middle of a camera's frame, its face of this size; around it, the picture's own edges."""
    size = float(sizes_px(source.faces.frames)[0])
    matrix = similarity(face_px / size, angle, source.faces.frames[0, 0], np.asarray(FRAME) / 2)
    return source.picture.extended(matrix, FRAME), transformed(source.faces.frames, matrix)


def _plain(source: Source, rng: np.random.Generator) -> Made:  # noqa: ARG001  # as all of them
    return _on_frame(source, FACE_PX)


def _rolled(source: Source, rng: np.random.Generator) -> Made:
    own = float(rolls_degrees(source.faces.frames)[0])
    wished = rng.uniform(ROLL, 180) * rng.choice((-1, 1))
    return _on_frame(source, FACE_PX, float(np.radians(wished - own)))


def _large(source: Source, rng: np.random.Generator) -> Made:  # noqa: ARG001
    return _on_frame(source, WILD_FACE_PX)


def _small(source: Source, rng: np.random.Generator) -> Made:
    return _on_frame(source, float(rng.uniform(*SMALL_FACE_PX)))


def _dark(source: Source, rng: np.random.Generator) -> Made:  # noqa: ARG001
    pixels, frames = _on_frame(source, FACE_PX)
    return (pixels * TENTH).astype(np.uint8), frames


def _masked(source: Source, rng: np.random.Generator) -> Made:
    return _covered(*_on_frame(source, FACE_PX), mask, rng)


def _hidden(source: Source, rng: np.random.Generator) -> Made:
    return _covered(*_on_frame(source, FACE_PX), half, rng)


def _covered(
    pixels: Grey,
    frames: Frames,
    shape: Callable[[np.random.Generator], Corners],
    rng: np.random.Generator,
) -> Made:
    over = np.full(pixels.shape, rng.integers(20, 240), np.uint8)
    cover(pixels, placed(frames[0], shape(rng)), over, 0.7)
    return pixels, frames


def _crowd(source: Source) -> Case:
    around = boxes(source.faces.frames)
    asked = source.faces.clear & (sizes_px(source.faces.frames) >= SCENE_FACE_PX)
    return Case(CROWDS, source.picture.levels[0], around[asked], around[~asked])


def _faceless(source: Source) -> Case:
    nothing = np.empty((0, 4), np.float32)
    return Case(FACELESS, source.picture.levels[0], nothing, nothing)
