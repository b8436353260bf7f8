"""The golden batch: pictures from a formula, and the outputs that a device must reproduce for them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from fer_wire.contracts import CLASSIFIER, CONTRACTS, CROP_PX, FACE_PX, FINDER, LANDMARKER
from fer_wire.golden import golden_pixels
from fer_wire.manifest import Golden

from fer_models.model_files.runtime import RunningModel

COEFFICIENTS = (104, 252, 255, 0)
FORMULA = "pixel[n, row, column] = ({}·n + {}·row + {}·column + {}·row·column) mod 256, all counted from 0"


@dataclass(frozen=True)
class GoldenBatch:
    """How many pictures of which side, and with how many decimals their outputs are written."""

    pictures: int
    px: int
    decimals: int


BATCHES = {
    CLASSIFIER: GoldenBatch(8, FACE_PX, 6),
    FINDER: GoldenBatch(4, 32, 4),
    LANDMARKER: GoldenBatch(2, CROP_PX, 4),
}
"""By task; a manifest with all of it must fit into one message."""


def golden_faces(coefficients: tuple[int, int, int, int], faces: int, px: int = FACE_PX) -> npt.NDArray[np.float32]:
    """The inputs of a golden batch: float32 N×1×px×px, whole numbers 0–255."""
    pixels = np.frombuffer(golden_pixels(coefficients, faces, px), np.uint8)
    return pixels.reshape(faces, 1, px, px).astype(np.float32)


def make_golden(files: dict[str, Path], task: str = CLASSIFIER) -> Golden:
    """The golden batch of these files, by precision, as this machine computes it."""
    how = BATCHES[task]
    batch = golden_faces(COEFFICIENTS, how.pictures, how.px)
    outputs = {
        precision: tuple(
            tuple(round(float(value), how.decimals) for value in row)
            for row in RunningModel(path, CONTRACTS[task]).answer(batch)
        )
        for precision, path in files.items()
    }
    return Golden(
        formula=FORMULA.format(*COEFFICIENTS),
        coefficients=COEFFICIENTS,
        faces=how.pictures,
        px=how.px,
        outputs=outputs,
    )
