"""Writing the finder as an .onnx file under the contract in cells.py."""

from __future__ import annotations

from pathlib import Path

import torch

from fer_models.eyes.finder.cells import COARSEST, INPUT, OUTPUTS
from fer_models.eyes.finder.network import Finder
from fer_models.eyes.learning.onnx_export import export


def export_finder(model: Finder, path: Path) -> None:
    """Write the network; raises OSError when the path cannot be written."""
    free = {name: {0: "N", 2: f"H_{name}", 3: f"W_{name}"} for name in (INPUT, *OUTPUTS)}
    export(model, torch.zeros(1, 1, 2 * COARSEST, 3 * COARSEST), path, INPUT, OUTPUTS, free)
