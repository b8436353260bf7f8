"""The public archives as pictures with faces; what each set's own tables look like is known here alone."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fer_models.errors import DatasetError
from fer_models.eyes.data.frames import Frames, frame_of_landmarks, frames_of_boxes, sizes_px
from fer_models.eyes.data.landmarks import COUNT, FIVE, Points, five_points
from fer_models.eyes.data.split import held_out
from fer_models.eyes.imaging import Grey, decode_grey

SCENES, FOUND = "scenes", "found"
PHOTOGRAPHS, VIDEO, PROFILES = "landmarks", "landmarks_video", "profiles"
BACKGROUNDS = "backgrounds"

PROFILE_POINTS = 30
LARGEST_MISFIT = 0.06
"""How far, in face sizes, CFP's own points may lie from the landmarks that were fitted to a face, on average."""

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Annotation:
    """The faces of one picture.

    frames: N × 3 × 2. points: N × 5 × 2, NaN where nobody marked them. clear: N bools; the others are neither a face
    to learn nor a place without one. whole: whether every face that can be seen is listed. landmarks: 68 × 2 of the one
    face of a portrait. angles: its yaw, pitch and roll in degrees, where known; NaN for one that the set leaves open.
    """

    frames: Frames
    points: npt.NDArray[np.float32]
    clear: npt.NDArray[np.bool_]
    whole: bool = True
    landmarks: Points | None = None
    angles: tuple[float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of an archive, in grey, and the faces in it."""

    archive: str
    file: str
    pixels: Grey
    faces: Annotation


def read_archive(
    folder: Path, archive: str, *, held: bool, progress: Callable[[], None] = lambda: None
) -> list[Picture]:
    """The training part of an archive, or with held the part that is kept from training.

    progress is called after every picture. Raises DatasetError when the archive is missing, damaged or of another make.
    """
    path = folder / f"{SCENES if archive == FOUND else archive}.zip"
    try:
        with zipfile.ZipFile(path) as file:
            return list(_pictures(file, archive, held, progress))
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or error
        raise DatasetError(f"{path} cannot be read as the archive {archive} ({reason}); fetch it again.") from error


def _pictures(file: zipfile.ZipFile, archive: str, held: bool, progress: Callable[[], None]) -> Iterator[Picture]:
    for name, annotation in ANNOTATIONS[archive](file).items():
        if held_out(archive, name) == held:
            yield Picture(archive, name, decode_grey(file.read(name), name), annotation)
            progress()


def _scenes(file: zipfile.ZipFile) -> dict[str, Annotation]:
    return {name: _scene(rows) for name, rows in _by_file(file, "boxes.csv").items()}


def _scene(rows: Sequence[Row]) -> Annotation:
    frames = frames_of_boxes(_numbers(rows, ("x", "y", "width", "height")))
    valid = np.array([row["invalid"] == "0" for row in rows])
    return Annotation(frames, np.full((len(rows), FIVE, 2), np.nan, np.float32), valid & (sizes_px(frames) > 0))


def _found(file: zipfile.ZipFile) -> dict[str, Annotation]:
    return {name: _found_scene(rows) for name, rows in _by_file(file, "found.csv").items()}


def _found_scene(rows: Sequence[Row]) -> Annotation:
    frames = frames_of_boxes(_numbers(rows, ("x", "y", "width", "height")))
    return Annotation(frames, _points(rows, FIVE), np.ones(len(rows), bool), whole=False)


def _portraits(file: zipfile.ZipFile) -> dict[str, Annotation]:
    rows = [rows[0] for rows in _by_file(file, "landmarks.csv").values()]
    return {row["file"]: _portrait(landmarks) for row, landmarks in zip(rows, _points(rows, COUNT), strict=True)}


def _profiles(file: zipfile.ZipFile) -> dict[str, Annotation]:
    own = {name: _points(rows, PROFILE_POINTS)[0] for name, rows in _by_file(file, "profiles.csv").items()}
    fits = _by_file(file, "profiles68.csv")
    rows = [rows[0] for name, rows in fits.items() if name in own]
    angles = _numbers(rows, ("yaw", "pitch", "roll"))
    return {
        row["file"]: _portrait(landmarks, tuple(map(float, turned)))
        for row, landmarks, turned in zip(rows, _points(rows, COUNT), angles, strict=True)
        if _misfit(own[row["file"]], landmarks) <= LARGEST_MISFIT
    }


def _misfit(own: Points, fitted: Points) -> float:
    size = float(np.sqrt(np.prod(np.ptp(fitted, axis=0))))
    distances = np.linalg.norm(own[:, None] - fitted[None], axis=2).min(axis=1)
    return float(distances.mean()) / size


def _portrait(landmarks: Points, angles: tuple[float, ...] | None = None) -> Annotation:
    yaw_pitch_roll = None if angles is None else (angles[0], angles[1], angles[2])
    frames = frame_of_landmarks(landmarks)[np.newaxis]
    return Annotation(
        frames, five_points(landmarks)[np.newaxis], np.ones(1, bool), landmarks=landmarks, angles=yaw_pitch_roll
    )


def _faceless(file: zipfile.ZipFile) -> dict[str, Annotation]:
    nothing = Annotation(np.empty((0, 3, 2), np.float32), np.empty((0, FIVE, 2), np.float32), np.empty(0, bool))
    return {name: nothing for name in sorted(file.namelist()) if name.endswith((".jpg", ".png"))}


def _by_file(file: zipfile.ZipFile, table: str) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in csv.DictReader(io.StringIO(file.read(table).decode())):
        rows[row["file"]].append(row)
    return rows


def _numbers(rows: Sequence[Row], columns: Sequence[str]) -> npt.NDArray[np.float32]:
    return np.array([[row[column] or "nan" for column in columns] for row in rows], np.float32)


def _points(rows: Sequence[Row], count: int) -> npt.NDArray[np.float32]:
    columns = [f"{axis}{index}" for index in range(count) for axis in "xy"]
    return _numbers(rows, columns).reshape(-1, count, 2)


ANNOTATIONS: dict[str, Callable[[zipfile.ZipFile], dict[str, Annotation]]] = {
    SCENES: _scenes,
    FOUND: _found,
    PHOTOGRAPHS: _portraits,
    VIDEO: _portraits,
    PROFILES: _profiles,
    BACKGROUNDS: _faceless,
}
