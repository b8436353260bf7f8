"""Writing the finder as an .onnx file under the contract in cells.py."""

from __future__ import annotations

import warnings
from pathlib import Path

import onnx
import torch
from fer_wire.manifest import OPSET

from fer_models.eyes.finder.cells import COARSEST, INPUT, OUTPUTS
from fer_models.eyes.finder.network import Finder
from fer_models.model_files.to_onnx import with_weights_of_their_own


def export_finder(model: Finder, path: Path) -> None:
    """Write the network with its normalizations folded in; raises OSError when the path cannot be written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sizes = {name: {0: "N", 2: f"H_{name}", 3: f"W_{name}"} for name in (INPUT, *OUTPUTS)}
    with warnings.catch_warnings():
        # The exporter that writes opset 13 announces its end at every call.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            model.eval().to(memory_format=torch.contiguous_format),  # type: ignore[call-overload]
            (torch.zeros(1, 1, 2 * COARSEST, 3 * COARSEST),),
            str(path),
            dynamo=False,
            opset_version=OPSET,
            input_names=[INPUT],
            output_names=list(OUTPUTS),
            dynamic_axes=sizes,
        )
    onnx.save(with_weights_of_their_own(onnx.load(path)), path)
