"""The golden batch: faces from a formula, and the outputs that a device must reproduce for them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from fer_wire.contracts import FACE_PX
from fer_wire.golden import golden_pixels
from fer_wire.manifest import Golden

from fer_models.model_files.runtime import Classifier

COEFFICIENTS = (104, 252, 255, 0)
FACES = 8
DECIMALS = 6
FORMULA = "pixel[n, row, column] = ({}·n + {}·row + {}·column + {}·row·column) mod 256, all counted from 0"


def golden_faces(coefficients: tuple[int, int, int, int], faces: int) -> npt.NDArray[np.float32]:
    """The inputs of a golden batch: float32 N×1×48×48, whole numbers 0–255."""
    pixels = np.frombuffer(golden_pixels(coefficients, faces), np.uint8)
    return pixels.reshape(faces, 1, FACE_PX, FACE_PX).astype(np.float32)


def make_golden(files: dict[str, Path]) -> Golden:
    """The golden batch of these files, by precision, as this machine computes it."""
    batch = golden_faces(COEFFICIENTS, FACES)
    outputs = {
        precision: tuple(tuple(round(float(p), DECIMALS) for p in row) for row in Classifier(path).predict(batch))
        for precision, path in files.items()
    }
    return Golden(formula=FORMULA.format(*COEFFICIENTS), coefficients=COEFFICIENTS, faces=FACES, outputs=outputs)
