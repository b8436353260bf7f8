"""Finding faces with an .onnx file of the finder."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fer_models.errors import ContractError
from fer_models.eyes.boxes import Faces
from fer_models.eyes.finder.cells import CHANNELS, COARSEST, INPUT, MIN_SCORE, OUTPUTS, STRIDES, decode
from fer_models.eyes.imaging import Grey, padded
from fer_models.model_files.runtime import OnnxGraph


class OnnxFinder:
    """One file, loaded; raises ContractError when it is no finder."""

    def __init__(self, path: Path, min_score: float = MIN_SCORE, threads: int = 1, name: str = "") -> None:
        self.path, self.min_score = path, min_score
        self.name = f"{name or path.stem} at {min_score:g}"
        self._graph = OnnxGraph(path, threads)
        self._check(np.zeros((1, 1, 2 * COARSEST, 3 * COARSEST), np.float32))

    def find(self, picture: Grey) -> Faces:
        """The faces of a grey picture of any size."""
        image = padded(picture, COARSEST).astype(np.float32)[np.newaxis, np.newaxis]
        return decode(self._graph.run(OUTPUTS, {INPUT: image}), self.min_score)[0]

    def _check(self, image: np.ndarray) -> None:
        height, width = image.shape[2:]
        shapes = [output.shape for output in self._graph.run(OUTPUTS, {INPUT: image})]
        expected = [(1, CHANNELS, height // stride, width // stride) for stride in STRIDES]
        if shapes != expected:
            raise ContractError(
                f"{self.path} answers with maps of {shapes} where a finder has {expected}; export it again."
            )
