"""Asking an .onnx file of the landmarker, without PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from fer_models.errors import ContractError
from fer_models.eyes.data.landmarks import COUNT
from fer_models.eyes.imaging import Floats
from fer_models.eyes.landmarker.crop import INPUT, OUTPUTS, SIDE_PX
from fer_models.model_files.runtime import OnnxGraph

SHAPES = [(1, COUNT, 2), (1, COUNT), (1, 3)]

Answers = tuple[Floats, Floats, Floats]


def landmarker_of(path: Path, threads: int = 1) -> Callable[[Floats], Answers]:
    """What one file says of crops (N × 1 × 64 × 64, 0–255); raises ContractError when it is no landmarker."""
    graph = OnnxGraph(path, threads)

    def ask(crops: Floats) -> Answers:
        landmarks, visible, angles = graph.run(OUTPUTS, {INPUT: crops})
        return landmarks, visible, angles

    shapes = [answer.shape for answer in ask(np.zeros((1, 1, SIDE_PX, SIDE_PX), np.float32))]
    if shapes != SHAPES:
        raise ContractError(f"{path} answers with {shapes} where a landmarker has {SHAPES}; export it again.")
    return ask
