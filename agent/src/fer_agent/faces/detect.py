"""Faces and their landmarks, found by dlib; the only file that imports it."""

import importlib.util
from pathlib import Path
from typing import List

import dlib
import numpy as np

from fer_agent import imaging
from fer_agent.errors import ModelError
from fer_agent.faces import geometry
from fer_agent.faces.eyes import Detection, Look
from fer_agent.faces.geometry import Points, Rectangle
from fer_agent.imaging import Picture
from fer_agent.settings import FacesSettings

LANDMARKS_PACKAGE = "face_recognition_models"
LANDMARKS_NAME = "shape_predictor_68_face_landmarks.dat"
LANDMARKS_LICENCE = (
    "The landmark file was trained on the iBUG 300-W data set, whose licence excludes commercial use; "
    "for commercial use, set faces.landmarks_file to a file of your own."
)

KNOWN_FACE_DISCOUNT = 0.5
"""A face that is already followed may score this much lower than a new one."""

UPRIGHT_GAIN = 0.3
"""Turned upright and brought to the detector's own size a face scores higher by this above min_score. Of 60 labelled
faces at yaw 30–60° 18 % pass at 0.6, 40 % at 0.3 and 45 % at 0, where the demo gains a false track; none of 60 pictures
without a face has one at any of these."""

UPRIGHT_FACE_PX = 88
UPRIGHT_PX = 160


def landmarks_file(settings: FacesSettings) -> Path:
    """The file of the settings, or that of the face_recognition_models package; raises ModelError if it is missing."""
    configured = settings.landmarks_file
    if configured is not None:
        if not configured.is_file():
            raise ModelError(f"There is no landmarks file {configured}; correct or remove faces.landmarks_file.")
        return configured
    package = importlib.util.find_spec(LANDMARKS_PACKAGE)  # not imported: it needs the retired pkg_resources
    for folder in (package.submodule_search_locations or []) if package else []:
        found = Path(folder) / "models" / LANDMARKS_NAME
        if found.is_file():
            return found
    raise ModelError(
        f"The landmarks file {LANDMARKS_NAME} is missing; install it with 'pip install face-recognition-models', "
        "or set faces.landmarks_file."
    )


class Landmarker:
    """Finds the 68 landmarks of a face. It takes 100 MB of memory and never changes, so all cameras share it."""

    def __init__(self, path: Path) -> None:
        """Raises ModelError if the file is damaged, or does not find exactly 68 landmarks."""
        try:
            self._predict = dlib.shape_predictor(str(path))
        except (RuntimeError, MemoryError) as error:
            reason = str(error).splitlines()[0]
            raise ModelError(
                f"The landmarks file {path} is damaged or not dlib's ({reason}); download it again."
            ) from error
        found = len(self.find(np.zeros((100, 100), np.uint8), Rectangle(10, 10, 80, 80)))
        if found != geometry.LANDMARKS:
            raise ModelError(
                f"The landmarks file {path} finds {found} landmarks instead of {geometry.LANDMARKS}; give "
                f"{LANDMARKS_NAME} as faces.landmarks_file."
            )

    def find(self, grey: Picture, box: Rectangle) -> Points:
        """The landmarks of the face in the box: float64, 68 × 2, pixels. It always returns some, so check them."""
        left, top = round(box.left), round(box.top)
        right, bottom = left + round(box.width) - 1, top + round(box.height) - 1
        shape = self._predict(grey, dlib.rectangle(left, top, right, bottom))
        return np.array([(point.x, point.y) for point in shape.parts()], np.float64)


class Detector:
    """dlib's HOG detector of frontal faces; one per camera, because it keeps scratch memory."""

    def __init__(self, min_score: float = 0.0) -> None:
        self._min_score = min_score
        self._detector = dlib.get_frontal_face_detector()

    def scan(self, grey: Picture, upsample: int = 0) -> List[Detection]:
        """All faces that score (-0.5 to 3) enough for a known face; 80 pixels wide, half with each upsampling."""
        rectangles, scores, _ = self._detector.run(grey, upsample, self._min_score - KNOWN_FACE_DISCOUNT)
        return [
            Detection(Look(Rectangle(box.left(), box.top(), box.width(), box.height())), score)
            for box, score in zip(rectangles, scores)
        ]

    def is_new_face(self, grey: Picture, detection: Detection, points: Points) -> bool:
        """Whether a detection is good enough to begin a track, both in the frame and turned upright."""
        if detection.score < self._min_score:
            return False
        return self.upright_score(grey, points) >= self._min_score + UPRIGHT_GAIN

    def still_there(self, grey: Picture, points: Points) -> bool:
        """Look again for a known face that a scan missed, perhaps because it is tilted."""
        return self.upright_score(grey, points) >= self._min_score

    def upright_score(self, grey: Picture, points: Points) -> float:
        """The detector's score for the face turned upright and brought to the size that it knows best."""
        left, right = geometry.eyes(points)
        middle, side = points[geometry.INNER].mean(axis=0), geometry.BOX_PER_RADIUS * geometry.radius(points)
        x, y = (right - left) / max(float(np.linalg.norm(right - left)), 1e-6)
        turn = np.array([[x, y], [-y, x]]) * (UPRIGHT_FACE_PX / max(side, 1.0))
        matrix = np.column_stack([turn, UPRIGHT_PX / 2 - turn @ middle])
        face = imaging.warp(grey, matrix, (UPRIGHT_PX, UPRIGHT_PX))
        margin = UPRIGHT_PX / 2 - UPRIGHT_FACE_PX / 2
        expected = Rectangle(margin, margin, UPRIGHT_FACE_PX, UPRIGHT_FACE_PX)
        rectangles, scores, _ = self._detector.run(face, 0, self._min_score - KNOWN_FACE_DISCOUNT)
        return max(
            (
                score
                for box, score in zip(rectangles, scores)
                if Rectangle(box.left(), box.top(), box.width(), box.height()).overlap(expected) > 0.4
            ),
            default=float("-inf"),
        )
