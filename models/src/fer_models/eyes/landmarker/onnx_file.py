"""The landmarker as an .onnx file under the contract in crop.py: written, and read for marking."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from fer_models.errors import ContractError
from fer_models.eyes.data.landmarks import COUNT
from fer_models.eyes.imaging import Floats
from fer_models.eyes.landmarker.crop import INPUT, OUTPUTS, SIDE_PX
from fer_models.eyes.landmarker.held_out import Answers, CropMarker
from fer_models.eyes.landmarker.network import ANGLES, Landmarker
from fer_models.eyes.learning.onnx_export import export
from fer_models.model_files.runtime import OnnxGraph

SHAPES = [(1, COUNT, 2), (1, COUNT), (1, ANGLES)]


def export_landmarker(model: Landmarker, path: Path) -> None:
    """Write the network with its normalizations folded in; raises OSError when the path cannot be written."""
    export(
        model, torch.zeros(2, 1, SIDE_PX, SIDE_PX), path, INPUT, OUTPUTS, {name: {0: "N"} for name in (INPUT, *OUTPUTS)}
    )


def onnx_marker(path: Path, threads: int = 1, name: str = "") -> CropMarker:
    """One file, loaded; raises ContractError when it is no landmarker."""
    return CropMarker(name or path.stem, landmarker_of(path, threads))


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
