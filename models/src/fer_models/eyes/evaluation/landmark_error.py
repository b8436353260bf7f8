"""How far marked landmarks lie from the true ones, by yaw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from fer_models.eyes.data.head import INNER, Angles
from fer_models.eyes.data.landmarks import Points
from fer_models.eyes.imaging import Floats, Grey

YAWS = {"yaw 0–30": (0, 30), "yaw 30–60": (30, 60), "yaw 60–90": (60, 91)}


@dataclass(frozen=True, slots=True)
class TrueFace:
    """One picture, its face's box (left, top, right, bottom) and five points, its landmarks, which of them count, and
    its angles in degrees.
    """

    archive: str
    pixels: Grey
    box: Floats
    points: Floats
    landmarks: Points
    counted: npt.NDArray[np.bool_]
    angles: Angles


@dataclass(frozen=True, slots=True)
class Told:
    """What a marker says of one face: landmarks 68 × 2 in pixels, and yaw, pitch and roll in degrees if it can."""

    landmarks: Points
    angles: Angles | None = None


class LandmarkMarker(Protocol):
    """Anything that marks landmarks on a found face."""

    name: str

    def mark(self, picture: Grey, face: TrueFace) -> Told:
        """The landmarks of the face; only its box and points may be looked at."""


@dataclass
class Errors:
    """Errors of one kind of faces, a number for each face.

    whole, inner: of all landmarks that count and of the inner ones, in percent of the face's size. yaw_degrees: of the
    yaw.
    """

    whole: list[float] = field(default_factory=list)
    inner: list[float] = field(default_factory=list)
    yaw_degrees: list[float] = field(default_factory=list)

    def means(self) -> dict[str, float]:
        """Means, to two places, and how many faces."""
        kinds = {"percent": self.whole, "inner_percent": self.inner, "yaw_degrees": self.yaw_degrees}
        return {"faces": len(self.whole), **{k: round(float(np.mean(v)), 2) for k, v in kinds.items() if v}}


def measured(marker: LandmarkMarker, faces: Iterable[TrueFace]) -> dict[str, dict[str, float]]:
    """Mean errors by archive and yaw."""
    found: dict[str, Errors] = {}
    for face in faces:
        errors = found.setdefault(f"{face.archive}, {_yaw(face)}", Errors())
        told = marker.mark(face.pixels, face)
        _add(errors, face, told)
    return {name: errors.means() for name, errors in sorted(found.items())}


def _yaw(face: TrueFace) -> str:
    return next(name for name, (low, high) in YAWS.items() if low <= min(abs(face.angles[0]), 90) < high)


def _add(errors: Errors, face: TrueFace, told: Told) -> None:
    size = float(np.sqrt(np.prod(np.ptp(face.landmarks, axis=0))))
    apart = 100 * np.linalg.norm(told.landmarks - face.landmarks, axis=1) / size
    errors.whole.append(float(apart[face.counted].mean()))
    errors.inner.append(float(apart[INNER].mean()))
    if told.angles is not None:
        errors.yaw_degrees.append(abs(told.angles[0] - face.angles[0]))


def few(faces: Sequence[TrueFace], most: int, seed: int = 7) -> list[TrueFace]:
    """Up to so many, the same each time."""
    order = np.random.default_rng(seed).permutation(len(faces))[:most]
    return [faces[index] for index in order]
