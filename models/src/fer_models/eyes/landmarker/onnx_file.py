"""The landmarker as an .onnx file under the contract in crop.py: written, and read for marking."""

from __future__ import annotations

from pathlib import Path

import torch

from fer_models.eyes.landmarker.crop import INPUT, OUTPUTS, SIDE_PX
from fer_models.eyes.landmarker.held_out import CropMarker
from fer_models.eyes.landmarker.network import Landmarker
from fer_models.eyes.landmarker.onnx_landmarker import landmarker_of
from fer_models.eyes.learning.onnx_export import export


def export_landmarker(model: Landmarker, path: Path) -> None:
    """Write the network with its normalizations folded in; raises OSError when the path cannot be written."""
    export(
        model, torch.zeros(2, 1, SIDE_PX, SIDE_PX), path, INPUT, OUTPUTS, {name: {0: "N"} for name in (INPUT, *OUTPUTS)}
    )


def onnx_marker(path: Path, threads: int = 1, name: str = "") -> CropMarker:
    """One file, loaded; raises ContractError when it is no landmarker."""
    return CropMarker(name or path.stem, landmarker_of(path, threads))
