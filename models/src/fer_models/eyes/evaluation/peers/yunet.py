"""YuNet through OpenCV; the one file that imports cv2 for it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from fer_models.errors import UsageError
from fer_models.eyes.boxes import Faces
from fer_models.eyes.imaging import Grey, colour

SCORE, OVERLAP, MOST = 0.7, 0.3, 5000


class YuNet:
    """yunet_n.onnx, which learned colour and is shown grey here, as ours is."""

    def __init__(self, path: Path, min_score: float = SCORE) -> None:
        """Raises UsageError when the file is missing or OpenCV cannot load it."""
        self.name = f"YuNet at {min_score:g}"
        try:
            self._detector = cv2.FaceDetectorYN.create(str(path), "", (320, 320), min_score, OVERLAP, MOST)
        except cv2.error as error:
            raise UsageError(f"{path} cannot be loaded as YuNet; give yunet_n.onnx of libfacedetection.") from error

    def find(self, picture: Grey) -> Faces:
        """The faces of a grey picture of any size."""
        self._detector.setInputSize((picture.shape[1], picture.shape[0]))
        _, rows = self._detector.detect(colour(picture))
        found = np.empty((0, 15), np.float32) if rows is None else np.asarray(rows, np.float32)
        boxes = np.concatenate([found[:, :2], found[:, :2] + found[:, 2:4]], axis=1)
        return Faces(boxes, found[:, 14], found[:, 4:14].reshape(-1, 5, 2))
